import type { FabricMoment, SlotCounts } from './fabric-moment.js';
import { slotCounts } from './fabric-moment.js';

/** One thing that was so before and is otherwise after. */
export interface Changed<T> {
  readonly from: T;
  readonly to: T;
}

/** A member or an orchestrator of which something changed; what did not is null, and so is who was not there. */
export interface RoleChange {
  readonly id: string;
  readonly state: Changed<string> | null;
  /** Its incarnation: it came in anew. */
  readonly life: Changed<number> | null;
  readonly admin: Changed<string> | null;
  readonly problems: Changed<readonly string[]> | null;
}

/** So many slots went from one to another; '' is nobody. */
export interface SlotMove extends Changed<string> {
  readonly slots: number;
}

export interface MomentDiff {
  /** Nothing changed but, perhaps, how far the log has come. */
  readonly same: boolean;
  readonly members: readonly RoleChange[];
  readonly orchestrators: readonly RoleChange[];
  readonly smo: Changed<string> | null;
  readonly slots: {
    /** Slots of which anything changed. */
    readonly changed: number;
    readonly active: readonly SlotMove[];
    readonly backup: readonly SlotMove[];
    readonly joining: readonly SlotMove[];
  };
  readonly sync: {
    readonly counts: Changed<SlotCounts> | null;
    readonly due: Changed<number> | null;
    readonly tableVersion: Changed<number> | null;
    readonly iterator: Changed<FabricMoment['sync']['iterator']> | null;
  };
  readonly distribution: Changed<FabricMoment['distribution']> | null;
  readonly policy: Changed<FabricMoment['policy']> | null;
  readonly frozen: Changed<boolean> | null;
  readonly underLoad: Changed<boolean> | null;
  readonly autoClone: Changed<string> | null;
  /** Version 0: the stream has no commit at that moment. */
  readonly versions: readonly (Changed<number> & { readonly stream: string })[];
}

/** What is otherwise at `b` than at `a`. */
export function diffMoments(a: FabricMoment, b: FabricMoment): MomentDiff {
  const columns = ['active', 'backup', 'joining'] as const;
  const [active, backup, joining] = columns.map((column) => moves(a.slots[column], b.slots[column]));
  const total = Math.max(a.slots.active.length, b.slots.active.length);
  let changed = 0;
  for (let slot = 0; slot < total; slot++) {
    if (columns.some((column) => (a.slots[column][slot] ?? '') !== (b.slots[column][slot] ?? ''))) changed++;
  }
  const parts = {
    members: roles(a.members, b.members),
    orchestrators: roles(a.orchestrators, b.orchestrators),
    smo: change(a.smo, b.smo),
    slots: { changed, active: active!, backup: backup!, joining: joining! },
    sync: {
      counts: change(slotCounts(a.slots), slotCounts(b.slots)),
      due: change(a.sync.due, b.sync.due),
      tableVersion: change(a.sync.tableVersion, b.sync.tableVersion),
      iterator: change(a.sync.iterator, b.sync.iterator),
    },
    distribution: change(a.distribution, b.distribution),
    policy: change(a.policy, b.policy),
    frozen: change(a.frozen, b.frozen),
    underLoad: change(a.underLoad, b.underLoad),
    autoClone: change(a.autoClone, b.autoClone),
  };
  const { members, orchestrators, slots, sync, ...single } = parts;
  const lists = [members, orchestrators];
  const { tableVersion: _progress, ...states } = sync;
  const same =
    lists.every((list) => list.length === 0) &&
    slots.changed === 0 &&
    [...Object.values(states), ...Object.values(single)].every((part) => part === null);
  return { same, ...parts, versions: versions(a.versions, b.versions) };
}

interface RoleMoment {
  readonly id: string;
  readonly state: string;
  readonly life: number;
  readonly admin?: string;
  readonly problems?: readonly string[];
}

/** Who is in one moment only was not there in the other: no state, no life. */
const ABSENT: Omit<RoleMoment, 'id'> = { state: '', life: 0 };

function roles(a: readonly RoleMoment[], b: readonly RoleMoment[]): RoleChange[] {
  const ids = [...new Set([...a, ...b].map((r) => r.id))].sort();
  return ids.flatMap((id) => {
    const [was, is] = [a, b].map((all) => all.find((r) => r.id === id) ?? ABSENT) as [RoleMoment, RoleMoment];
    const changes = {
      state: change(was.state, is.state),
      life: change(was.life, is.life),
      admin: change(was.admin ?? 'up', is.admin ?? 'up'),
      problems: change(was.problems ?? [], is.problems ?? []),
    };
    return Object.values(changes).every((c) => c === null) ? [] : [{ id, ...changes }];
  });
}

/** From whom to whom slots went, by name. */
function moves(a: readonly string[], b: readonly string[]): SlotMove[] {
  const counts = new Map<string, SlotMove>();
  for (let slot = 0; slot < Math.max(a.length, b.length); slot++) {
    const [from, to] = [a[slot] ?? '', b[slot] ?? ''];
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    counts.set(key, { from, to, slots: (counts.get(key)?.slots ?? 0) + 1 });
  }
  return [...counts.values()].sort((x, y) => compare(x.from, y.from) || compare(x.to, y.to));
}

function versions(a: FabricMoment['versions'], b: FabricMoment['versions']): MomentDiff['versions'] {
  const streams = [...new Set([...a, ...b].map((s) => s.stream))].sort();
  const of = (all: FabricMoment['versions'], stream: string): number =>
    all.find((s) => s.stream === stream)?.version ?? 0;
  return streams.flatMap((stream) => {
    const [from, to] = [of(a, stream), of(b, stream)];
    return from === to ? [] : [{ stream, from, to }];
  });
}

const compare = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

/** Plain data, made by one function: its keys are in one order. */
function change<T>(from: T, to: T): Changed<T> | null {
  return JSON.stringify(from) === JSON.stringify(to) ? null : { from, to };
}

import { parseCommit } from '@rehearsal/kernel';
import type { FabricPlan } from '@rehearsal/lab-port';
import { securityGroup, type SecurityGroupEvent, type SecurityGroupState } from '@rehearsal/security-group';

/** Who holds a slot; null: nobody. */
export interface SlotHolders {
  readonly active: string | null;
  /** Its copy is in step. */
  readonly backup: string | null;
  /** Its copy is being made. */
  readonly joining: string | null;
}

/** A commit that changed who holds a slot. */
export interface SlotChange extends SlotHolders {
  readonly atMs: number;
  /** In the site's log. */
  readonly site: number;
  readonly seq: number;
  readonly stream: string;
  readonly version: number;
  /** Its events, as they stand in the log. */
  readonly events: readonly SecurityGroupEvent[];
}

const NOBODY: SlotHolders = { active: null, backup: null, joining: null };

/** Reads from a run's log who held which slot when. */
export class SlotRecord {
  private readonly commits: {
    readonly atMs: number;
    readonly seq: number;
    readonly version: number;
    readonly events: readonly SecurityGroupEvent[];
    readonly state: SecurityGroupState;
  }[] = [];
  private readonly site: number;
  private readonly stream: string;

  /** @param firstSeq of the first commit of the log */
  constructor(plan: Pick<FabricPlan, 'securityGroup' | 'site'>, log: readonly string[], firstSeq: number) {
    this.site = plan.site;
    this.stream = `${securityGroup.kind}.${plan.securityGroup.name}`;
    let state: SecurityGroupState = securityGroup.initial;
    log.forEach((line, i) => {
      const { stream, version, time, events } = parseCommit(line);
      if (stream !== this.stream) return;
      const own = events as readonly SecurityGroupEvent[];
      for (const event of own) state = securityGroup.evolve(state, event);
      this.commits.push({ atMs: time.ms, seq: firstSeq + i, version, events: own, state });
    });
  }

  /** Changes of a slot, in the order of the log. */
  changesOf(slot: number): SlotChange[] {
    const changes: SlotChange[] = [];
    let before = NOBODY;
    for (const { atMs, seq, version, events, state } of this.commits) {
      const now = holdersIn(state, slot);
      if (now.active === before.active && now.backup === before.backup && now.joining === before.joining) continue;
      changes.push({ ...now, atMs, site: this.site, seq, stream: this.stream, version, events });
      before = now;
    }
    return changes;
  }
}

function holdersIn({ members, active, backup, joining }: SecurityGroupState, slot: number): SlotHolders {
  const name = (number: number | undefined): string | null => members[(number ?? 0) - 1]?.id ?? null;
  return { active: name(active[slot]), backup: name(backup[slot]), joining: name(joining[slot]) };
}

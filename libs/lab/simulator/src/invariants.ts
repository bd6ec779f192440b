import type { RoleProbe } from '@rehearsal/kernel';

/** The first thing that must never be, and the way back to it. */
export interface Violation {
  readonly seed: string;
  readonly reason: string;
  /** Virtual ms since the world began. */
  readonly atMs: number;
}

interface Table {
  readonly version: number;
  readonly active: Int32Array;
  readonly backup: Int32Array;
  readonly epoch: Int32Array;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The row of `key`, long enough for `slot`. */
function perSlot(rows: Map<string, Int32Array>, key: string, slot: number): Int32Array {
  const row = rows.get(key);
  if (row !== undefined && slot < row.length) return row;
  const longer = new Int32Array(Math.max(512, slot + 1));
  if (row !== undefined) longer.set(row);
  rows.set(key, longer);
  return longer;
}

function departure(orchestrator: string, slot: number, epoch: number, tag: number): string {
  return `orchestrator ${orchestrator} let packet ${tag} of slot ${slot} leave under epoch ${epoch}`;
}

/** How many of the last table versions are compared between processes. */
const TABLES_KEPT = 256;

/**
 * Watches the whole fabric through its roles' own acts: one server a slot, active and backup differ,
 * one table a version, and nothing leaves under an epoch that is over. An epoch ends in one of two ways:
 * handed over, when what the old active still answers is good as long as nothing newer left the same
 * orchestrator; or seized from a lost member, when nothing of it may leave any more, from its
 * orchestrator's own table on, and anywhere once the new active serves. Each call costs a few comparisons,
 * so every act of every run is checked.
 */
export class Invariants implements RoleProbe {
  readonly #fail: (reason: string) => void;
  /** Who serves a slot: member and incarnation. */
  readonly #servers = new Map<number, { member: string; incarnation: number; epoch: number }>();
  /** By orchestrator: per slot the newest epoch that left there. */
  readonly #emitted = new Map<string, Int32Array>();
  readonly #tables = new Map<string, Table>();
  /** By version: the first table that any process had. */
  readonly #versions = new Map<number, Table>();
  /** Per slot: the epochs that ended with their member's loss, and the epoch that began then. */
  readonly #seizedFrom = new Map<number, Map<number, number>>();
  /** Per slot: epochs that began with a seizure, and the newest of them that is served. */
  readonly #seizures = new Map<number, Set<number>>();
  readonly #servedAfterSeizure = new Map<number, number>();

  /** By member number: the newest table from which it vanished. */
  readonly #vanishedAt = new Map<number, number>();
  /** The newest table anybody has acted on, and the members in it. */
  #newest: Table & { readonly present: ReadonlySet<number> } = {
    version: 0,
    active: new Int32Array(0),
    backup: new Int32Array(0),
    epoch: new Int32Array(0),
    present: new Set(),
  };
  readonly #numbers: ReadonlyMap<string, number>;

  /** @param members ids of all members, in the order of their numbers */
  constructor(fail: (reason: string) => void, members: readonly string[] = []) {
    this.#fail = fail;
    this.#numbers = new Map(members.map((id, i) => [id, i + 1]));
  }

  onServe(member: string, incarnation: number, slot: number, epoch: number): void {
    const other = this.#servers.get(slot);
    // What a slow way brings late may let a member begin with a slot that was seized from it before, as it may let one
    // go on: it cannot know, and as little of it may leave, whichever of the two was first. See `#checkSeized`.
    if (other !== undefined && this.#isSeized(slot, epoch, other.epoch)) return;
    // A process that drops its state and begins a new life takes over from itself, and who seizes a slot from the lost.
    const seized =
      other !== undefined && other.epoch < epoch && (this.#isSeized(slot, other.epoch, epoch) || this.#isGone(other));
    if (!seized && other !== undefined && (other.member !== member || other.incarnation > incarnation)) {
      this.#fail(
        `two members serve slot ${slot}: ${other.member} (incarnation ${other.incarnation}, epoch ${other.epoch}) and ${member} (incarnation ${incarnation}, epoch ${epoch})`,
      );
    }
    if (seized || this.#seizures.get(slot)?.has(epoch) === true) this.#servedAfterSeizure.set(slot, epoch);
    if (seized) this.#noteSeized(slot, other.epoch, epoch);
    this.#servers.set(slot, { member, incarnation, epoch });
  }

  /** Whether the epoch `from` had ended with its member's loss when `epoch` began. */
  #isSeized(slot: number, from: number, epoch: number): boolean {
    const seizedAt = this.#seizedFrom.get(slot)?.get(from);
    return seizedAt !== undefined && seizedAt <= epoch;
  }

  /** Its life ended in a table after it began to serve: whoever waited for its release need not wait any more. */
  #isGone(server: { readonly member: string; readonly epoch: number } | undefined): boolean {
    const number = server === undefined ? undefined : this.#numbers.get(server.member);
    return number !== undefined && (this.#vanishedAt.get(number) ?? 0) > server!.epoch;
  }

  onRelease(member: string, incarnation: number, slot: number): void {
    const server = this.#servers.get(slot);
    if (server?.member === member && server.incarnation === incarnation) this.#servers.delete(slot);
  }

  onEmit(orchestrator: string, slot: number, epoch: number, tag: number): void {
    const newest = perSlot(this.#emitted, orchestrator, slot);
    if (epoch < newest[slot]!) {
      this.#fail(`${departure(orchestrator, slot, epoch, tag)} after one of epoch ${newest[slot]}`);
    }
    newest[slot] = Math.max(newest[slot]!, epoch);
    this.#checkSeized(orchestrator, slot, epoch, tag);
  }

  onCorrected(orchestrator: string, slot: number, epoch: number, tag: number): void {
    this.#checkSeized(orchestrator, slot, epoch, tag);
  }

  /** Nothing of an epoch leaves that ended with its member's loss. */
  #checkSeized(orchestrator: string, slot: number, epoch: number, tag: number): void {
    const seizedAt = this.#seizedFrom.get(slot)?.get(epoch);
    // What was handed over before is good still, whatever has been seized from those who came after.
    if (seizedAt === undefined) return;
    if ((this.#tables.get(`orchestrator ${orchestrator}`)?.epoch[slot] ?? 0) >= seizedAt) {
      const where = departure(orchestrator, slot, epoch, tag);
      this.#fail(`${where}, and its table says that the slot was seized at ${seizedAt}`);
    }
    const served = this.#servedAfterSeizure.get(slot) ?? 0;
    if (seizedAt <= served) {
      const where = departure(orchestrator, slot, epoch, tag);
      this.#fail(`${where}, and the member that seized it at ${served} serves it already`);
    }
  }

  onTable(
    process: string,
    version: number,
    active: ArrayLike<number>,
    backup: ArrayLike<number>,
    epoch: ArrayLike<number>,
  ): void {
    const first = this.#versions.get(version);
    const agrees =
      first !== undefined &&
      sameNumbers(first.active, active) &&
      sameNumbers(first.backup, backup) &&
      sameNumbers(first.epoch, epoch);
    const table = agrees ? first : this.#copyTable(version, active, backup, epoch);
    if (first === undefined) {
      this.#versions.set(version, table);
      this.#versions.delete(version - TABLES_KEPT);
    } else if (!agrees) this.#fail(`${process} has another table ${version} than the first that had one`);
    if (version > this.#newest.version) {
      // Who was away skips versions, and what changed twice meanwhile looks as if it had been seized.
      if (version === this.#newest.version + 1) this.#noteSeizures(this.#newest, active, backup, epoch);
      this.#noteVanished(table);
    }
    const before = this.#tables.get(process);
    if (before !== undefined && version < before.version) {
      this.#fail(`${process} went back from table ${before.version} to ${version}`);
    }
    this.#tables.set(process, table);
  }

  #copyTable(version: number, active: ArrayLike<number>, backup: ArrayLike<number>, epoch: ArrayLike<number>): Table {
    for (let slot = 0; slot < active.length; slot++) {
      const a = active[slot]!;
      if (a === 0 || a !== backup[slot]) continue;
      this.#fail(`slot ${slot} has member number ${a} as active and as backup in table ${version}`);
    }
    return {
      version,
      active: new Int32Array(active),
      backup: new Int32Array(backup),
      epoch: new Int32Array(epoch),
    };
  }

  #noteVanished(table: Table): void {
    const present = new Set<number>();
    for (const number of table.active) present.add(number);
    for (const number of table.backup) present.add(number);
    for (const number of this.#newest.present) if (!present.has(number)) this.#vanishedAt.set(number, table.version);
    this.#newest = { ...table, present };
  }

  /** The old active is neither active nor backup of a slot whose epoch rose: it was lost. */
  #noteSeizures(before: Table, active: ArrayLike<number>, backup: ArrayLike<number>, epoch: ArrayLike<number>): void {
    for (let slot = 0; slot < active.length; slot++) {
      if (epoch[slot] === before.epoch[slot] || backup[slot] === before.active[slot]) continue;
      this.#noteSeized(slot, before.epoch[slot]!, epoch[slot]!);
      const seizures = this.#seizures.get(slot);
      if (seizures === undefined) this.#seizures.set(slot, new Set([epoch[slot]!]));
      else seizures.add(epoch[slot]!);
    }
  }

  #noteSeized(slot: number, from: number, epoch: number): void {
    const seized = this.#seizedFrom.get(slot);
    if (seized === undefined) this.#seizedFrom.set(slot, new Map([[from, epoch]]));
    else if (!seized.has(from)) seized.set(from, epoch);
  }

  /** Who does not run serves nothing; should it wake, it must be given its slots anew. */
  stopped(role: string, id: string): void {
    if (role !== 'member') return;
    for (const [slot, server] of this.#servers) if (server.member === id) this.#servers.delete(slot);
  }

  /** A process that starts again folds its table from the beginning. */
  started(role: string, id: string): void {
    this.#tables.delete(`${role} ${id}`);
    if (role !== 'orchestrator') return;
    this.#emitted.delete(id);
  }
}

import { hashInts } from '@rehearsal/kernel';
import type { SimProbe } from '@rehearsal/lab-port';

/** The first thing that must never be, and the way back to it. */
export interface Violation {
  readonly seed: string;
  readonly reason: string;
  /** Virtual ms since the world began. */
  readonly atMs: number;
}

interface Table {
  readonly version: number;
  readonly epoch: ArrayLike<number>;
}

/** How many of the last table versions are compared between processes. */
const TABLES_KEPT = 256;

/**
 * Watches the whole fabric through its roles' own acts: one server a slot, active and backup differ,
 * one table a version, nothing leaves under an epoch that its orchestrator knows to be over. Each
 * call costs a few comparisons, so every act of every run is checked.
 */
export class Invariants implements SimProbe {
  readonly #fail: (reason: string) => void;
  readonly #fence: boolean;
  /** Who serves a slot: member and incarnation. */
  readonly #servers = new Map<number, { member: string; incarnation: number; epoch: number }>();
  /** `orchestrator:slot` to the newest epoch that left there. */
  readonly #emitted = new Map<string, Int32Array>();
  readonly #tables = new Map<string, Table>();
  readonly #hashes = new Map<number, string>();

  /** @param fence setting egress.fence: without it, stale packets leave by choice. fidelity: F-EGRESS-FENCE */
  constructor(fence: boolean, fail: (reason: string) => void) {
    this.#fence = fence;
    this.#fail = fail;
  }

  onServe(member: string, incarnation: number, slot: number, epoch: number): void {
    const other = this.#servers.get(slot);
    // A process that drops its state and begins a new life takes over from itself.
    if (other !== undefined && (other.member !== member || other.incarnation > incarnation)) {
      this.#fail(
        `two members serve slot ${slot}: ${other.member} (incarnation ${other.incarnation}, epoch ${other.epoch}) and ${member} (incarnation ${incarnation}, epoch ${epoch})`,
      );
    }
    this.#servers.set(slot, { member, incarnation, epoch });
  }

  onRelease(member: string, incarnation: number, slot: number): void {
    const server = this.#servers.get(slot);
    if (server?.member === member && server.incarnation === incarnation) this.#servers.delete(slot);
  }

  onEmit(orchestrator: string, slot: number, epoch: number, tag: number): void {
    if (!this.#fence) return;
    let newest = this.#emitted.get(orchestrator);
    if (newest === undefined || slot >= newest.length) {
      const longer = new Int32Array(Math.max(512, slot + 1));
      if (newest !== undefined) longer.set(newest);
      newest = longer;
      this.#emitted.set(orchestrator, newest);
    }
    if (epoch < newest[slot]!) {
      this.#fail(
        `orchestrator ${orchestrator} let packet ${tag} of slot ${slot} leave under epoch ${epoch} after one of epoch ${newest[slot]}`,
      );
    }
    newest[slot] = epoch;
    const table = this.#tables.get(`orchestrator ${orchestrator}`);
    if (table !== undefined && epoch < (table.epoch[slot] ?? 0)) {
      this.#fail(
        `orchestrator ${orchestrator} let packet ${tag} of slot ${slot} leave under epoch ${epoch}, and its table ${table.version} says ${table.epoch[slot]}`,
      );
    }
  }

  onTable(
    process: string,
    version: number,
    active: ArrayLike<number>,
    backup: ArrayLike<number>,
    epoch: ArrayLike<number>,
  ): void {
    const all = new Int32Array(active.length * 3);
    for (let slot = 0; slot < active.length; slot++) {
      const [a, b] = [active[slot]!, backup[slot]!];
      if (a !== 0 && a === b)
        this.#fail(`slot ${slot} has member number ${a} as active and as backup in table ${version}`);
      all[slot * 3] = a;
      all[slot * 3 + 1] = b;
      all[slot * 3 + 2] = epoch[slot]!;
    }
    const hash = hashInts(all);
    const known = this.#hashes.get(version);
    if (known === undefined) {
      this.#hashes.set(version, hash);
      this.#hashes.delete(version - TABLES_KEPT);
    } else if (known !== hash) this.#fail(`${process} has another table ${version} than the first that had one`);
    const before = this.#tables.get(process);
    if (before !== undefined && version < before.version) {
      this.#fail(`${process} went back from table ${before.version} to ${version}`);
    }
    this.#tables.set(process, { version, epoch });
  }

  /** Who does not run serves nothing; should it wake, it must be given its slots anew. */
  stopped(role: string, id: string): void {
    if (role !== 'member') return;
    for (const [slot, server] of this.#servers) if (server.member === id) this.#servers.delete(slot);
  }

  /** A process that starts again folds its table from the beginning. */
  started(role: string, id: string): void {
    this.#tables.delete(`${role} ${id}`);
    if (role === 'orchestrator') this.#emitted.delete(id);
  }
}

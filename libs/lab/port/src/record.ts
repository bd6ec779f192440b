import type { Seal } from '@rehearsal/kernel';
import type { FabricPlan } from './plan.js';
import type { LedgerSummary } from './status.js';

/** One counter of one process, or a gauge where the name ends in `_now`. */
export interface Metric {
  readonly role: string;
  readonly id: string;
  readonly name: string;
  readonly value: number;
}

/** A line of a role's own log. */
export interface Note {
  readonly atMs: number;
  readonly role: string;
  readonly id: string;
  readonly incarnation: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Something the lab did to the fabric. */
export interface FaultRecord {
  readonly atMs: number;
  readonly fault: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Everything a run leaves behind. Plain JSON but for the log and the flow records, which are as stored. */
export interface RunRecord {
  readonly runId: string;
  readonly world: 'simulated' | 'processes';
  /** The simulator's seed. */
  readonly seed?: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly plan: FabricPlan;
  readonly settings: FabricPlan['settings'];
  /** What was in the log when the run ended. */
  readonly seal: Seal;
  /** One stored commit a line, byte for byte, in the order of the site's log. */
  readonly log: readonly string[];
  readonly faults: readonly FaultRecord[];
  readonly notes: readonly Note[];
  readonly metrics: readonly Metric[];
  readonly ledger: LedgerSummary | null;
  /** What members reported of connections, as far as it was kept: batches as they wrote them. */
  readonly flows: readonly Uint8Array[];
  /** Where it left the record of another run: the last commit they have in common, and when that was stored. */
  readonly fork?: { readonly seq: number; readonly atMs: number };
  /** An experiment's journal, added by whoever ran one. */
  readonly journal?: unknown;
}

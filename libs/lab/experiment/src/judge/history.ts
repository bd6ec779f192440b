import type { ConnectionRow } from '@rehearsal/traffic';

/** One member lost, as the log has it. */
export interface MemberLoss {
  readonly member: string;
  readonly incarnation: number;
  readonly reason: string;
  /** When its proposer had the evidence, and when it was decided; ms since the epoch. */
  readonly detectedAtMs: number;
  readonly committedAtMs: number;
  /** How long it had been silent by then, where the evidence says so. */
  readonly silentMs: number | null;
  /** Slots it served until then. */
  readonly slots: ReadonlySet<number>;
  /** Of those: the ones no copy in step was left of. */
  readonly orphaned: ReadonlySet<number>;
  /** Of those: the ones another member serves from then on. */
  readonly moved: ReadonlySet<number>;
}

/** When a connection's state is copied; `immediate`: with every change, and its packets do not wait for it. */
export type CopyPolicy = 'never' | 'delayed' | 'strict' | 'immediate';

/** Where a connection is held, and how it is copied, by steering, translation and policy. */
export interface Placement {
  /** The slot its state is in; -1 where that cannot be told. */
  readonly home: number;
  /** Other slots, where packets of it come in and are sent home from by a forwarding entry. */
  readonly entries: readonly number[];
  /** Of `entries`: slots that its home may be, where that is not sure. */
  readonly mayBeHome?: readonly number[];
  /** Null where the policy it began under is not known. */
  readonly copied: CopyPolicy | null;
}

/**
 * What a log, the steering and the policy say about who served whom. Handed in by whoever knows the machines:
 * this package judges, and knows none.
 */
export interface FabricHistory {
  /** In the order of the log. */
  readonly losses: readonly MemberLoss[];
  /** Who was lost because nothing was heard of it, as `orchestrator 1_1`, in the order of the log. */
  readonly fellSilent?: readonly { readonly who: string; readonly atMs: number }[];
  /** When the group began to count as under load, in the order of the log. */
  readonly underLoadFromMs?: readonly number[];
  /**
   * Where a connection is held at a time (ms since the epoch), or, without one, where it may ever have been; `parent` is
   * the one it follows from.
   */
  placeOf(row: ConnectionRow, parent: ConnectionRow | undefined, atMs?: number): Placement;
  /** Whether packets were spread otherwise from some time on: then where a connection is held depends on the time. */
  readonly isSpreadChanged?: boolean;
  /** The member that served a slot at a time (ms since the epoch); null where none did. */
  servedBy?(slot: number, atMs: number): string | null;
  /** Whether another member took the slot over, by loss or in order, after one time and until another. */
  changedHands?(slot: number, fromMs: number, toMs: number): boolean;
}

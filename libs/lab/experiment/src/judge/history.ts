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

/**
 * What a log and the steering say about who served whom. Handed in by whoever knows the machines:
 * this package judges, and knows none.
 */
export interface FabricHistory {
  /** In the order of the log. */
  readonly losses: readonly MemberLoss[];
  /** The slot of a connection `client:port>server:port/protocol`; -1 where it has none. */
  slotOf(tuple: string): number;
  /** The member that served a slot at a time (ms since the epoch); null where none did. */
  servedBy?(slot: number, atMs: number): string | null;
}

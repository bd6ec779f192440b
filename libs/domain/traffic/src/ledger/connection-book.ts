export const CONNECTION_KIND = { generated: 0, capture: 1 } as const;

export const OUTCOME = {
  /** Nothing of it was ever sent. */
  unstarted: 0,
  open: 1,
  done: 2,
  reset: 3,
  gave_up: 4,
} as const;
export type OutcomeName = keyof typeof OUTCOME;
export const OUTCOME_NAMES: readonly OutcomeName[] = ['unstarted', 'open', 'done', 'reset', 'gave_up'];

/** What the ledger knows of each connection, in typed arrays by connection number. Times are ms of the caller's clock. */
export class ConnectionBook {
  readonly size: number;
  readonly kind: Uint8Array;
  readonly outcome: Uint8Array;
  readonly openedMs: Float64Array;
  readonly closedMs: Float64Array;
  readonly sent: Uint32Array;
  /** Sent, and nothing is known yet. */
  readonly underWay: Uint32Array;
  readonly delivered: Uint32Array;
  readonly dropped: Uint32Array;
  /** Of those dropped: sent before anything of it came out, where what began it was given up with its way. */
  readonly droppedTooEarly: Uint32Array;
  readonly lost: Uint32Array;
  /** Forgotten by the ring without a word from the fabric. */
  readonly expired: Uint32Array;
  readonly duplicated: Uint32Array;
  readonly reordered: Uint32Array;
  readonly corrupted: Uint32Array;
  /** Sent beyond the script: retransmissions and what answers them. */
  readonly resent: Uint32Array;
  /** What began it was given up with its way into the fabric. */
  readonly beginningGivenUp: Uint8Array;
  readonly firstDeliveredMs: Float64Array;
  readonly lastDeliveredMs: Float64Array;
  /** Since when it has had something under way and heard nothing; -1: nothing under way. */
  readonly waitingSinceMs: Float64Array;
  readonly longestSilenceMs: Float64Array;
  /** An endpoint waits for an answer, whatever became of the packets. */
  readonly expecting: Uint8Array;
  /** Highest tag delivered, by connection and side. */
  readonly highestTag: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.kind = new Uint8Array(size);
    this.outcome = new Uint8Array(size);
    this.openedMs = new Float64Array(size).fill(-1);
    this.closedMs = new Float64Array(size).fill(-1);
    this.sent = new Uint32Array(size);
    this.underWay = new Uint32Array(size);
    this.delivered = new Uint32Array(size);
    this.dropped = new Uint32Array(size);
    this.droppedTooEarly = new Uint32Array(size);
    this.lost = new Uint32Array(size);
    this.expired = new Uint32Array(size);
    this.duplicated = new Uint32Array(size);
    this.reordered = new Uint32Array(size);
    this.corrupted = new Uint32Array(size);
    this.resent = new Uint32Array(size);
    this.beginningGivenUp = new Uint8Array(size);
    this.firstDeliveredMs = new Float64Array(size).fill(-1);
    this.lastDeliveredMs = new Float64Array(size).fill(-1);
    this.waitingSinceMs = new Float64Array(size).fill(-1);
    this.longestSilenceMs = new Float64Array(size);
    this.expecting = new Uint8Array(size);
    this.highestTag = new Uint32Array(size * 2);
  }
}

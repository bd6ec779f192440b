import type { Cancel, ReadOutcome, Runtime, StoredCommit } from '@rehearsal/kernel';

/**
 * The right to release packets. It is renewed by asking the log for the stream's next commit: "none"
 * means that everything decided when the question was sent is folded here. An orchestrator that has not
 * heard the log for a lease releases nothing, so that a new active member may serve a slot once the
 * lease has run out even if this orchestrator never confirmed the change (fidelity: F-LEASE).
 */
export class Lease {
  /** When the question was asked whose answer renewed it last. */
  private renewedAtMs = Number.NEGATIVE_INFINITY;
  /** When the question under way was asked; undefined: none is. */
  private askedAtMs: number | undefined;
  private timer: Cancel | undefined;
  private readonly rt: Runtime;
  private readonly leaseMs: () => number;
  private readonly stream: string;
  private readonly lastSeq: () => number;
  private readonly onBehind: (commit: StoredCommit) => void;
  private readonly onRenewed: () => void;

  constructor(
    rt: Runtime,
    options: {
      /** Of the moment. */
      leaseMs: () => number;
      stream: string;
      /** Site sequence of the last commit folded. */
      lastSeq: () => number;
      /** A commit that the follower has not brought yet. */
      onBehind: (commit: StoredCommit) => void;
      onRenewed: () => void;
    },
  ) {
    this.rt = rt;
    this.leaseMs = options.leaseMs;
    this.stream = options.stream;
    this.lastSeq = options.lastSeq;
    this.onBehind = options.onBehind;
    this.onRenewed = options.onRenewed;
  }

  start(): void {
    this.renew();
  }

  stop(): void {
    this.timer?.();
  }

  held(nowMs: number): boolean {
    return nowMs < this.renewedAtMs + this.leaseMs();
  }

  private readonly renew = (): void => {
    this.timer = this.rt.after(this.leaseMs() / 4, this.renew);
    const askedAtMs = this.rt.nowMs();
    // A question that outlived a lease was lost with the bus; a late answer to it still counts from when it was asked.
    if (this.askedAtMs !== undefined && askedAtMs - this.askedAtMs < this.leaseMs()) return;
    this.askedAtMs = askedAtMs;
    this.rt.log.readNext(this.stream, this.lastSeq(), (outcome: ReadOutcome) => {
      if (this.askedAtMs === askedAtMs) this.askedAtMs = undefined;
      if (outcome.kind === 'found') {
        this.onBehind(outcome.commit);
      } else if (outcome.kind === 'none') {
        this.renewedAtMs = Math.max(this.renewedAtMs, askedAtMs);
        this.onRenewed();
      }
    });
  };
}

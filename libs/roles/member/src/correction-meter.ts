import type { Runtime } from '@rehearsal/kernel';
import { LatencyHistogram } from '@rehearsal/kernel';

const US_PER_MS = 1000;

/**
 * What correction costs this process: packets it handed on to the homes of their connections, packets it judged for
 * others, and how much longer the handed ones took for it: from being kept here until their home has answered, or
 * has come here. Lives of the member do not matter to it. Metering a packet allocates nothing.
 */
export class CorrectionMeter {
  private handedOn = 0;
  private takenIn = 0;
  private readonly extra = new LatencyHistogram();
  private readonly rt: Runtime;
  private handedOnCounted = 0;
  private takenInCounted = 0;
  private extraCounted = 0;

  constructor(rt: Runtime) {
    this.rt = rt;
  }

  handed(): void {
    this.handedOn++;
  }

  judgedForOther(): void {
    this.takenIn++;
  }

  /** The home of a packet kept since `keptAtMs` has answered, or has come here. */
  settled(keptAtMs: number, nowMs: number): void {
    this.extra.record(Math.round((nowMs - keptAtMs) * US_PER_MS));
  }

  /** Counts what has come since: once a turn. */
  count(): void {
    if (this.handedOn !== this.handedOnCounted) {
      this.rt.count('packets_handed_on', this.handedOn - this.handedOnCounted);
      this.handedOnCounted = this.handedOn;
    }
    if (this.takenIn !== this.takenInCounted) {
      this.rt.count('packets_taken_in', this.takenIn - this.takenInCounted);
      this.takenInCounted = this.takenIn;
    }
  }

  /** Tells the extra latency, where packets have come back since it was told last: once a heartbeat. */
  gauge(): void {
    if (this.extra.count === this.extraCounted) return;
    this.extraCounted = this.extra.count;
    this.rt.count('correction_extra_p50_us_now', this.extra.percentile(500));
    this.rt.count('correction_extra_p99_us_now', this.extra.percentile(990));
  }

  status(): Record<string, unknown> {
    const { handedOn, takenIn, extra } = this;
    const { p50Us, p99Us, maxUs } = extra.summary();
    return { handedOn, takenIn, correctionExtraUs: { p50: p50Us, p99: p99Us, max: maxUs } };
  }
}

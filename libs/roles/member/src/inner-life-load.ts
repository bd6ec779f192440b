import type { Runtime } from '@rehearsal/kernel';

/** The load is what was used within this many measurements. */
const WINDOW = 10;

/** How busy a member's processor is, and what makes it busier than its packets do. */
export class ProcessorLoad {
  private readonly usedMs: number[] = [];
  private readonly atMs: number[] = [];
  private busy = 0;
  private untilMs = 0;
  private readonly rt: Pick<Runtime, 'cpuMs' | 'nowMs'>;

  constructor(rt: Pick<Runtime, 'cpuMs' | 'nowMs'>) {
    this.rt = rt;
  }

  /** Every packet costs so many µs more; `forMs` 0: until told otherwise. */
  burden(busyUsPerPacket: number, forMs: number): void {
    this.busy = busyUsPerPacket;
    this.untilMs = forMs === 0 ? Number.POSITIVE_INFINITY : this.rt.nowMs() + forMs;
  }

  /** What a packet costs on top just now, in µs. */
  get busyUsPerPacket(): number {
    if (this.busy > 0 && this.rt.nowMs() >= this.untilMs) this.busy = 0;
    return this.busy;
  }

  /** To be called once a heartbeat: the load since `WINDOW` calls ago, in percent of one processor. */
  measure(): number {
    this.usedMs.push(this.rt.cpuMs());
    this.atMs.push(this.rt.nowMs());
    if (this.atMs.length > WINDOW + 1) {
      this.usedMs.shift();
      this.atMs.shift();
    }
    const last = this.atMs.length - 1;
    const passedMs = (this.atMs[last] as number) - (this.atMs[0] as number);
    // A start is busy by itself, and a single look says nothing.
    if (last < WINDOW || passedMs <= 0) return 0;
    const usedMs = (this.usedMs[last] as number) - (this.usedMs[0] as number);
    return Math.min(100, Math.round((usedMs * 100) / passedMs));
  }
}

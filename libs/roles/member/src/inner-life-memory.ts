import type { Cancel, Runtime, Settings } from '@rehearsal/kernel';

const STEP_MS = 100;

/**
 * Memory that is taken and never given back. Nothing notices until it is nearly used up: the warning
 * comes at a share of the limit (fidelity: F-MEMORY-WARN), and at the limit whatever asks for more dies.
 */
export class MemoryLeak {
  usedKb = 0;
  limitKb = 0;
  private taken: Cancel[] = [];
  private owedKb = 0;
  private warnedAtMs: number | undefined;
  private timer: Cancel | undefined;
  private readonly rt: Pick<Runtime, 'after' | 'nowMs' | 'note' | 'count' | 'takeMemory'>;
  private readonly settings: Pick<Settings, 'memory.warnPercent'>;
  private readonly onExhausted: () => void;

  constructor(
    rt: Pick<Runtime, 'after' | 'nowMs' | 'note' | 'count' | 'takeMemory'>,
    settings: Pick<Settings, 'memory.warnPercent'>,
    onExhausted: () => void,
  ) {
    this.rt = rt;
    this.settings = settings;
    this.onExhausted = onExhausted;
  }

  start(kbPerSec: number, limitKb: number): void {
    this.free();
    this.limitKb = limitKb;
    this.timer = this.rt.after(STEP_MS, () => this.step(kbPerSec));
  }

  /** The process that leaked is gone, and its memory with it. */
  free(): void {
    this.timer?.();
    this.timer = undefined;
    for (const giveBack of this.taken.splice(0)) giveBack();
    this.usedKb = 0;
    this.owedKb = 0;
    this.warnedAtMs = undefined;
    this.rt.count('memory_leaked_kb_now', 0);
  }

  private step(kbPerSec: number): void {
    this.owedKb += (kbPerSec * STEP_MS) / 1000;
    const kb = Math.min(Math.floor(this.owedKb), this.limitKb - this.usedKb);
    this.owedKb -= kb;
    if (kb > 0) this.taken.push(this.rt.takeMemory(kb * 1024));
    this.usedKb += kb;
    this.rt.count('memory_leaked_kb_now', this.usedKb);
    const nowMs = this.rt.nowMs();
    const { usedKb, limitKb } = this;
    if (this.warnedAtMs === undefined && usedKb * 100 >= limitKb * this.settings['memory.warnPercent']) {
      this.warnedAtMs = nowMs;
      const leftMs = Math.round(((limitKb - usedKb) * 1000) / kbPerSec);
      this.rt.note('warn', 'memory_low', { usedKb, limitKb, leftMs });
    }
    if (usedKb < limitKb) {
      this.timer = this.rt.after(STEP_MS, () => this.step(kbPerSec));
      return;
    }
    const leadMs = Math.round(nowMs - (this.warnedAtMs ?? nowMs));
    this.rt.note('error', 'memory_exhausted', { usedKb, limitKb, leadMs });
    this.free();
    this.onExhausted();
  }
}

import type { Settings } from '@rehearsal/kernel';
import type { Way } from './way.js';

/**
 * When an orchestrator counts as dead: it was silent for the dead time, or (where socket loss counts)
 * nobody listens at its subject. A round that comes late says more about this process than about the
 * orchestrators, and after its own connection came back it waits for theirs.
 */
export class Liveness {
  private readonly deadAfterMs: number;
  private readonly settleMs: number;
  private readonly stallMs: number;
  private readonly socketLoss: boolean;
  private busUp = true;
  private settledAtMs = 0;
  private lastRoundMs = -1;

  constructor(settings: Settings) {
    this.deadAfterMs = settings['ccp.heartbeatMs'] * settings['ccp.deadMultiplier'];
    this.settleMs = settings['detector.settleMs'];
    this.stallMs = settings['detector.stallMs'];
    this.socketLoss = settings['detector.socketLoss'];
  }

  onBus(state: 'up' | 'down', nowMs: number): void {
    this.busUp = state === 'up';
    if (this.busUp) this.settledAtMs = nowMs + this.settleMs;
  }

  /** The ways that fell silent, of those that were alive. */
  round(ways: readonly Way[], nowMs: number): Way[] {
    const stalled = this.lastRoundMs >= 0 && nowMs - this.lastRoundMs > this.stallMs;
    this.lastRoundMs = nowMs;
    if (stalled || !this.judges(nowMs)) return [];
    return ways.filter((w) => w.state === 'alive' && nowMs - w.lastHeardMs > this.deadAfterMs);
  }

  /** Whether "nobody listens there" is proof. */
  believesSocketLoss(way: Way, nowMs: number): boolean {
    return this.socketLoss && way.state === 'alive' && this.judges(nowMs);
  }

  private judges(nowMs: number): boolean {
    return this.busUp && nowMs >= this.settledAtMs;
  }
}

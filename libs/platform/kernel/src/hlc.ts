import type { Hlc } from './commit.js';

/**
 * How far a peer's commit may pull our clock ahead of our own time. Commits should sort after what
 * they follow although clocks differ a little; a peer whose clock is wrong by more must not drag the
 * whole fabric's time with it.
 */
export const HLC_MAX_PULL_MS = 500;

/** A hybrid logical clock: never goes back, follows its own time and, within a bound, its peers'. */
export class HybridClock {
  readonly #nowMs: () => number;
  readonly #maxPullMs: number;
  #ms = 0;
  #count = 0;

  constructor(nowMs: () => number, maxPullMs: number = HLC_MAX_PULL_MS) {
    this.#nowMs = nowMs;
    this.#maxPullMs = maxPullMs;
  }

  /** The time for a new commit: later than all given out or observed (within the bound) before. */
  now(): Hlc {
    const own = Math.floor(this.#nowMs());
    if (own > this.#ms) {
      this.#ms = own;
      this.#count = 0;
    } else {
      this.#count++;
    }
    return { ms: this.#ms, count: this.#count };
  }

  /** Takes note of a peer's commit time. Returns false when the peer is ahead by more than the bound. */
  observe(peer: Hlc): boolean {
    const limit = Math.floor(this.#nowMs()) + this.#maxPullMs;
    const within = peer.ms <= limit;
    const ms = within ? peer.ms : limit;
    const count = within ? peer.count : 0;
    if (ms > this.#ms || (ms === this.#ms && count > this.#count)) {
      this.#ms = ms;
      this.#count = count;
    }
    return within;
  }
}

/** Negative: `a` is earlier. */
export function compareHlc(a: Hlc, b: Hlc): number {
  return a.ms - b.ms || a.count - b.count;
}

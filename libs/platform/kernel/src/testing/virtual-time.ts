import type { Cancel } from '../store.js';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that moves only when told, and runs what was asked for in order of time, then of asking. */
export class VirtualTime {
  #nowMs: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, run: () => void): Cancel => {
    const timer: Timer = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get pending(): number {
    return this.#timers.size;
  }

  /** Runs the next timer; false when there is none (before `untilMs`). */
  step(untilMs = Number.POSITIVE_INFINITY): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order)) {
        next = timer;
      }
    }
    if (next === undefined || next.atMs > untilMs) return false;
    this.#timers.delete(next);
    this.#nowMs = next.atMs;
    next.run();
    return true;
  }

  /** Runs everything that is due within the time, and what that leads to within it. */
  advance(ms: number): void {
    const until = this.#nowMs + ms;
    while (this.step(until));
    this.#nowMs = until;
  }

  /** Runs until nothing is left to do. @throws Error after `maxSteps`: something goes round for ever */
  runUntilIdle(maxSteps = 100_000): void {
    for (let steps = 0; this.step(); steps++) {
      if (steps === maxSteps) throw new Error(`still busy after ${maxSteps} steps`);
    }
  }

  /** Runs until the condition holds. @throws Error when it does not within `withinMs` */
  runUntil(condition: () => boolean, withinMs = 60_000): void {
    const until = this.#nowMs + withinMs;
    while (!condition()) {
      if (!this.step(until)) throw new Error(`the condition did not come true within ${withinMs} ms`);
    }
  }
}

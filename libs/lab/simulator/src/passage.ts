import type { FaultyLink } from './faulty-links.js';

/** A stretch of a passage on a way that is not as it should be. */
interface Stretch {
  readonly pair: number;
  /** The wait that only what the log says has there. */
  readonly late: boolean;
  fromUs: number;
  untilUs: number;
}

/**
 * How something gets along ways that are not as they should be: when it comes to each of them, and leaves it. It is
 * planned as far as that can be known: how long a metered way takes is seen once it is reached, by what is there then.
 */
export class Passage {
  /** The pair of its ends. */
  readonly between: number;
  /** The way down from the bus to its end, which others take too. */
  readonly #down: number;
  readonly #bytes: number;
  readonly #stretches: Stretch[] = [];
  readonly #fromUs: number;
  #untilUs: number;
  #ahead: readonly number[] = [];

  constructor(between: number, down: number, bytes: number, fromUs: number) {
    this.between = between;
    this.#down = down;
    this.#bytes = bytes;
    this.#fromUs = fromUs;
    this.#untilUs = fromUs;
  }

  /** No way it takes has anything wrong with it. */
  get free(): boolean {
    return this.#stretches.length === 0 && this.#ahead.length === 0;
  }

  /** The ways from the next metered one on, which it reaches at `untilUs`; none when all is planned. */
  get ahead(): readonly number[] {
    return this.#ahead;
  }

  /** When it is through, or at the first way ahead. */
  get untilUs(): number {
    return this.#untilUs;
  }

  /** How much later than over free ways it arrives, as far as it has been planned. */
  get extraUs(): number {
    return this.#untilUs - this.#fromUs;
  }

  /** Goes over these ways, its last ones, up to the first that is metered and not reached yet. */
  take(ways: readonly FaultyLink[], nowUs: number): void {
    this.#ahead = [];
    for (const [at, way] of ways.entries()) {
      if (way.metered && this.#untilUs > nowUs && !this.#isOwn(way.pair, this.#stretches.length)) {
        this.#ahead = ways.slice(at).map(({ pair }) => pair);
        return;
      }
      this.#stretch(way, false, way.passed(this.#untilUs, this.#bytes));
    }
  }

  /** Waits there as what the log says does. */
  takeLate(way: FaultyLink): void {
    if (way.logDelayUs > 0) this.#stretch(way, true, this.#untilUs + way.logDelayUs);
  }

  /** What a sender sends comes to a way of its own as it is sent, in that order. */
  #isOwn(pair: number, at: number): boolean {
    return at === 0 && (pair === this.between || pair !== this.#down);
  }

  #stretch({ pair }: FaultyLink, late: boolean, untilUs: number): void {
    this.#stretches.push({ pair, late, fromUs: this.#untilUs, untilUs });
    this.#untilUs = untilUs;
  }

  /** Whether it is on that way now. */
  waitsAt(pair: number, nowUs: number): boolean {
    return this.#stretches.some((s) => s.pair === pair && s.fromUs <= nowUs && s.untilUs > nowUs);
  }

  /** When it leaves that way; 0 where that is not known, or never was to be. */
  leavesUs(pair: number): number {
    return this.#stretches.find((s) => s.pair === pair)?.untilUs ?? 0;
  }

  /** Sets out anew where it has not left that way, which is this link now; by how much later it arrives, in µs. */
  goOn(pair: number, link: FaultyLink | undefined, nowUs: number): number {
    let shiftUs = 0;
    for (const [at, stretch] of this.#stretches.entries()) {
      stretch.fromUs += shiftUs;
      stretch.untilUs += shiftUs;
      if (stretch.pair !== pair || stretch.untilUs <= nowUs) continue;
      if (link?.metered === true && !stretch.late && stretch.fromUs > nowUs && !this.#isOwn(pair, at)) {
        this.#turnBack(at);
        return shiftUs;
      }
      const fromUs = Math.max(stretch.fromUs, nowUs);
      let untilUs = fromUs;
      if (link !== undefined) untilUs = stretch.late ? fromUs + link.logDelayUs : link.passed(fromUs, this.#bytes);
      shiftUs += untilUs - stretch.untilUs;
      stretch.fromUs = fromUs;
      stretch.untilUs = untilUs;
    }
    this.#untilUs += shiftUs;
    return shiftUs;
  }

  /**
   * A way that it has not come to is as it should be: what is sent from now on is not planned to take it either, and
   * the two must not fare differently should it change again. The next way ahead stays, since it is waited for.
   */
  leaveOut(pair: number, nowUs: number): void {
    const at = this.#stretches.findIndex((s) => s.pair === pair && s.fromUs > nowUs);
    if (at >= 0) this.#stretches.splice(at, 1);
    if (this.#ahead.indexOf(pair) > 0) this.#ahead = this.#ahead.filter((way) => way !== pair);
  }

  /** What was planned from that stretch on is not: its way is metered now, and not reached yet. */
  #turnBack(at: number): void {
    this.#untilUs = this.#stretches[at]!.fromUs;
    const undone = this.#stretches.splice(at);
    this.#ahead = [...undone.map(({ pair }) => pair), ...this.#ahead];
  }
}

/** Over ways that are all as they should be. */
export const FREE_PASSAGE = new Passage(0, 0, 0, 0);

import type { FaultyLink } from './faulty-links.js';

/** A stretch of a passage on a way that is not as it should be. */
interface Stretch {
  readonly pair: number;
  /** The wait that only what the log says has there. */
  readonly late: boolean;
  fromUs: number;
  untilUs: number;
}

/** How something gets along ways that are not as they should be: when it comes to each of them, and leaves it. */
export class Passage {
  /** The pair of its ends. */
  readonly between: number;
  readonly #bytes: number;
  readonly #stretches: Stretch[] = [];
  readonly #fromUs: number;
  #untilUs: number;

  constructor(between: number, bytes: number, fromUs: number) {
    this.between = between;
    this.#bytes = bytes;
    this.#fromUs = fromUs;
    this.#untilUs = fromUs;
  }

  /** No way it takes has anything wrong with it. */
  get free(): boolean {
    return this.#stretches.length === 0;
  }

  /** How much later than over free ways it arrives, as far as it has been planned. */
  get extraUs(): number {
    return this.#untilUs - this.#fromUs;
  }

  /** Goes over this way too. */
  take(way: FaultyLink): void {
    this.#stretch(way, false, way.passed(this.#untilUs, this.#bytes));
  }

  /** Waits there as what the log says does. */
  takeLate(way: FaultyLink): void {
    if (way.logDelayUs > 0) this.#stretch(way, true, this.#untilUs + way.logDelayUs);
  }

  #stretch({ pair }: FaultyLink, late: boolean, untilUs: number): void {
    this.#stretches.push({ pair, late, fromUs: this.#untilUs, untilUs });
    this.#untilUs = untilUs;
  }

  /** Whether it is on that way now. */
  waitsAt(pair: number, nowUs: number): boolean {
    return this.#stretches.some((s) => s.pair === pair && s.fromUs <= nowUs && s.untilUs > nowUs);
  }

  /** Sets out anew where it has not left that way, which is this link now; by how much later it arrives, in µs. */
  goOn(pair: number, link: FaultyLink | undefined, nowUs: number): number {
    let shiftUs = 0;
    for (const stretch of this.#stretches) {
      stretch.fromUs += shiftUs;
      stretch.untilUs += shiftUs;
      if (stretch.pair !== pair || stretch.untilUs <= nowUs) continue;
      const fromUs = Math.max(stretch.fromUs, nowUs);
      let untilUs = fromUs;
      if (link !== undefined) untilUs = stretch.late ? fromUs + link.logDelayUs : link.passed(fromUs, this.#bytes);
      shiftUs += untilUs - stretch.untilUs;
      stretch.fromUs = fromUs;
      stretch.untilUs = untilUs;
    }
    return shiftUs;
  }
}

/** Over ways that are all as they should be. */
export const FREE_PASSAGE = new Passage(0, 0, 0);

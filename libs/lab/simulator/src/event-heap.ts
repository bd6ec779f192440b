import type { Passage } from './passage.js';

/** Something that happens at a point of virtual time. Equal times happen in the order they were planned. */
export abstract class Happening {
  /** Whole microseconds since the world began. */
  timeUs = 0;
  order = 0;
  /** How it gets there, where some way is not as it should be. */
  passage: Passage | undefined;
  abstract happen(): void;
}

const FIRST_ROOM = 1024;

function asTheyHappen(a: Happening, b: Happening): number {
  return a.timeUs - b.timeUs || a.order - b.order;
}

/**
 * The future: a heap by time, then by the order in which things were planned. Each node has four children, and
 * times and orders stand in arrays of their own: sifting compares numbers that lie side by side.
 */
export class EventHeap {
  readonly #heap: Happening[] = [];
  #times = new Float64Array(FIRST_ROOM);
  #orders = new Float64Array(FIRST_ROOM);
  #size = 0;
  #planned = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the next happening; Infinity when there is none. */
  get nextUs(): number {
    return this.#size === 0 ? Infinity : this.#times[0]!;
  }

  plan(event: Happening, timeUs: number): void {
    const order = this.#planned++;
    event.timeUs = timeUs;
    event.order = order;
    let at = this.#size++;
    if (at === this.#times.length) this.#grow();
    const heap = this.#heap;
    const times = this.#times;
    const orders = this.#orders;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 2;
      // What is planned later comes later among equals, so only an earlier time rises.
      if (times[up]! <= timeUs) break;
      heap[at] = heap[up]!;
      times[at] = times[up]!;
      orders[at] = orders[up]!;
      at = up;
    }
    heap[at] = event;
    times[at] = timeUs;
    orders[at] = order;
  }

  /** Takes the next happening; the heap must not be empty. */
  take(): Happening {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    const size = --this.#size;
    if (size === 0) return first;
    const times = this.#times;
    const orders = this.#orders;
    const lastTime = times[size]!;
    const lastOrder = orders[size]!;
    let at = 0;
    for (;;) {
      const from = 4 * at + 1;
      if (from >= size) break;
      const end = Math.min(from + 4, size);
      let child = from;
      let childTime = times[from]!;
      for (let other = from + 1; other < end; other++) {
        const time = times[other]!;
        if (time < childTime || (time === childTime && orders[other]! < orders[child]!)) {
          child = other;
          childTime = time;
        }
      }
      if (childTime > lastTime || (childTime === lastTime && orders[child]! > lastOrder)) break;
      heap[at] = heap[child]!;
      times[at] = childTime;
      orders[at] = orders[child]!;
      at = child;
    }
    heap[at] = last;
    times[at] = lastTime;
    orders[at] = lastOrder;
    return first;
  }

  /**
   * Gives what is planned other times; of equal ones, what was planned first still comes first.
   * @param anew what of it counts as planned only now, in this order
   */
  replan(times: ReadonlyMap<Happening, number>, anew: readonly Happening[] = []): void {
    for (const [event, timeUs] of times) event.timeUs = timeUs;
    for (const event of anew) event.order = this.#planned++;
    const heap = this.#heap;
    // What is sorted is a heap.
    heap.sort(asTheyHappen);
    for (const [at, { timeUs, order }] of heap.entries()) {
      this.#times[at] = timeUs;
      this.#orders[at] = order;
    }
  }

  /** Everything that is planned, in no order. */
  all(): readonly Happening[] {
    return this.#heap;
  }

  /** Everything that is planned, as it will happen. */
  inOrder(): readonly Happening[] {
    return [...this.#heap].sort(asTheyHappen);
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    times.set(this.#times);
    this.#times = times;
    const orders = new Float64Array(times.length);
    orders.set(this.#orders);
    this.#orders = orders;
  }
}

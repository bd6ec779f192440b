/** Something that happens at a point of virtual time. Equal times happen in the order they were planned. */
export abstract class Happening {
  /** Whole microseconds since the world began. */
  timeUs = 0;
  order = 0;
  abstract happen(): void;
}

/** The future: a binary heap by time, then by the order in which things were planned. */
export class EventHeap {
  #heap: Happening[] = [];
  #planned = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Time of the next happening; Infinity when there is none. */
  get nextUs(): number {
    return this.#heap.length === 0 ? Infinity : this.#heap[0]!.timeUs;
  }

  plan(event: Happening, timeUs: number): void {
    event.timeUs = timeUs;
    event.order = this.#planned++;
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up]!;
      if (parent.timeUs < timeUs || (parent.timeUs === timeUs && parent.order < event.order)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = event;
  }

  /** Takes the next happening; the heap must not be empty. */
  take(): Happening {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    const size = heap.length;
    if (size === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size && before(heap[right]!, heap[child]!)) child = right;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  /** Everything that is planned, in no order. */
  all(): readonly Happening[] {
    return this.#heap;
  }
}

function before(a: Happening, b: Happening): boolean {
  return a.timeUs < b.timeUs || (a.timeUs === b.timeUs && a.order < b.order);
}

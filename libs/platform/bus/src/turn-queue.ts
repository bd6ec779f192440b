/**
 * Work for the end of a turn. A turn is one poll of the event loop: `setImmediate` runs after every
 * message that was read from sockets in that poll has been handled, and before the next is read.
 */
export class TurnQueue {
  readonly #guard: (run: () => void) => void;
  #queue: (() => void)[] = [];
  #running: (() => void)[] = [];
  #scheduled = false;

  /** `guard` runs one piece of work and deals with what it throws. */
  constructor(guard: (run: () => void) => void) {
    this.#guard = guard;
  }

  /** Runs `run` at the end of this turn; called while turn ends run, at the end of the next. */
  add(run: () => void): void {
    this.#queue.push(run);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#drain);
  }

  readonly #drain = (): void => {
    const batch = this.#queue;
    this.#queue = this.#running;
    this.#running = batch;
    this.#scheduled = false;
    for (let i = 0; i < batch.length; i++) this.#guard(batch[i] as () => void);
    batch.length = 0;
  };
}

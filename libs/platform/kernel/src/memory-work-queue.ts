import type { Cancel, StoredCommit } from './store.js';

export interface WorkQueueOptions {
  readonly after: (delayMs: number, run: () => void) => Cancel;
  readonly redeliverMs: number;
  readonly delayMs: () => number;
  readonly loseAcknowledgement: (commit: StoredCommit) => boolean;
}

type OnWork = (commit: StoredCommit, acknowledge: () => void) => void;

/** The durable queue of one kind: each commit to one consumer, again until it is acknowledged. */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting: StoredCommit[] = [];
  readonly #consumers: OnWork[] = [];
  readonly #acknowledged = new Set<number>();
  #turn = 0;
  #scheduled = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  offer(commit: StoredCommit): void {
    if (this.#acknowledged.has(commit.seq)) return;
    this.#waiting.push(commit);
    this.#deliverNext();
  }

  join(on: OnWork): Cancel {
    const consumer: OnWork = (commit, acknowledge) => on(commit, acknowledge);
    this.#consumers.push(consumer);
    this.#deliverNext();
    return () => {
      const index = this.#consumers.indexOf(consumer);
      if (index >= 0) this.#consumers.splice(index, 1);
    };
  }

  #deliverNext(): void {
    if (this.#scheduled || this.#waiting.length === 0 || this.#consumers.length === 0) return;
    this.#scheduled = true;
    this.#options.after(this.#options.delayMs(), () => {
      this.#scheduled = false;
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length];
      if (consumer === undefined) return;
      const commit = this.#nextWaiting();
      if (commit === undefined) return;
      const cancelRedelivery = this.#options.after(this.#options.redeliverMs, () => this.offer(commit));
      consumer(commit, () => {
        if (this.#options.loseAcknowledgement(commit)) return;
        this.#acknowledged.add(commit.seq);
        cancelRedelivery();
      });
      this.#deliverNext();
    });
  }

  /** Acknowledged meanwhile, by an earlier delivery of the same commit: not to be delivered again. */
  #nextWaiting(): StoredCommit | undefined {
    let commit = this.#waiting.shift();
    while (commit !== undefined && this.#acknowledged.has(commit.seq)) commit = this.#waiting.shift();
    return commit;
  }
}

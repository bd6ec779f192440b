import type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from '@rehearsal/kernel';
import type { SimOptions } from './options.js';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

/** What a question or an answer without a commit weighs on a metered link. */
const SMALL_BYTES = 128;

/** A process's way to the log: takes time, loses requests and answers, and is cut with the bus. */
export class SimStore implements CommitStore {
  readonly #own: Partial<SimOptions>;
  readonly #process: SimProcess;
  readonly #incarnation: number;
  readonly #world: SimWorld;

  /** @param options other chances than the world's, for this process alone */
  constructor(process: SimProcess, options: Partial<SimOptions> = {}) {
    this.#own = options;
    this.#process = process;
    this.#incarnation = process.incarnation;
    this.#world = process.world;
  }

  get #options(): SimOptions {
    return { ...this.#world.options, ...this.#own };
  }

  append(request: AppendRequest, done: (outcome: AppendOutcome) => void): void {
    const { retrace } = this.#world;
    const kept: AppendRequest = { ...request, bytes: request.bytes.slice() };
    if (retrace?.isOver === false) {
      retrace.wait(() => {
        const isSame = this.#process.incarnation === this.#incarnation && this.#process.alive;
        if (isSame) this.#world.post(this.#process, () => this.#append(kept, done), 0);
      });
      return;
    }
    this.#append(kept, done);
  }

  #append(kept: AppendRequest, done: (outcome: AppendOutcome) => void): void {
    const options = this.#options;
    const lost = this.#chance(options.appendLostPerMillion);
    const answerLost = this.#chance(options.appendAnswerLostPerMillion);
    const slow = this.#chance(options.appendSlowPerMillion);
    const extraUs = slow ? this.#world.faultRng.int(options.appendSlowMaxMs * 1000 + 1) : 0;
    this.#exchange<AppendOutcome>(
      lost,
      answerLost,
      extraUs,
      () => this.#world.log.append(kept),
      (reason) => ({ kind: 'unknown', reason }),
      done,
      kept.bytes.length,
    );
  }

  readNext(stream: string, afterSeq: number, done: (outcome: ReadOutcome) => void): void {
    this.#exchange<ReadOutcome>(
      this.#chance(this.#options.appendLostPerMillion),
      false,
      0,
      () => this.#world.log.readNext(stream, afterSeq),
      (reason) => ({ kind: 'unknown', reason }),
      done,
    );
  }

  follow(prefix: string, fromSeq: number, on: (commit: StoredCommit) => void, onCaughtUp?: () => void): Cancel {
    const { log } = this.#world;
    const follower = {
      process: this.#process,
      incarnation: this.#incarnation,
      prefix,
      on,
      onCaughtUp,
      endAtStart: log.lastSeq,
      next: Math.max(1, fromSeq),
      planned: false,
      cancelled: false,
      told: undefined,
    };
    log.follow(follower);
    return () => log.unfollow(follower);
  }

  work(kind: string, on: (commit: StoredCommit, acknowledge: () => void) => void): Cancel {
    const consumer = { process: this.#process, incarnation: this.#incarnation, on, cancelled: false };
    this.#world.log.work(kind, consumer);
    return () => {
      consumer.cancelled = true;
    };
  }

  usage(done: (usage: { usedBytes: number; maxBytes: number } | undefined) => void): void {
    this.#exchange(
      false,
      false,
      0,
      () => this.#world.log.usage,
      () => undefined,
      done,
    );
  }

  #chance(perMillion: number): boolean {
    return perMillion > 0 && this.#world.faultRng.int(1_000_000) < perMillion;
  }

  /** One request and its answer; whichever way it fails, the caller hears so only after the timeout. */
  #exchange<T>(
    lost: boolean,
    answerLost: boolean,
    extraUs: number,
    serve: () => T,
    unknown: (reason: string) => T,
    done: (outcome: T) => void,
    bytes = SMALL_BYTES,
  ): void {
    const world = this.#world;
    const process = this.#process;
    const { network, busIndex } = world;
    const options = this.#options;
    const epoch = network.epoch;
    let open = true;
    const settle = (outcome: T): void => {
      if (!open) return;
      open = false;
      done(outcome);
    };
    world.post(process, () => settle(unknown('no answer in time')), options.appendTimeoutMs * 1000);
    const up = network.passage(process.index, busIndex, bytes);
    if (lost || !process.connected || up === undefined) return;
    const halfUs = Math.max(1, options.appendUs >> 1);
    const arrived = (): void => {
      if (!world.log.ready || network.epoch !== epoch) return;
      const outcome = serve();
      const down = network.passageOfLog(process.index, SMALL_BYTES);
      if (answerLost || down === undefined || process.incarnation !== this.#incarnation) return;
      world.post(process, () => settle(outcome), halfUs + down.extraUs, down);
    };
    world.later(process.nowUs() + halfUs + up.extraUs + extraUs, arrived, up);
  }
}

import { decodeCommit } from './commit-codec.js';
import type { Commit, Hlc } from './commit.js';
import { HybridClock } from './hlc.js';
import type { Runtime } from './runtime.js';
import type { Cancel, StoredCommit } from './store.js';

/** What a process feeds from the log: a decider or a view. */
export interface LogSink {
  readonly stream: string;
  fold(stored: StoredCommit, commit?: Commit): unknown;
  /** Called once all that existed when following began has been folded. */
  start?(): void;
}

export type FollowerRuntime = Pick<Runtime, 'log' | 'nowMs' | 'note' | 'fatal'>;

/**
 * The one reader of the log in a process. It reads everything, because one consumer over all streams
 * costs far less than many, and hands each commit to the sinks of its stream, then to those who
 * listen to all. Anything out of order stops the process.
 */
export class LogFollower {
  readonly #runtime: FollowerRuntime;
  readonly #clock: HybridClock;
  readonly #sinks = new Map<string, LogSink[]>();
  readonly #listeners: ((commit: Commit, stored: StoredCommit) => void)[] = [];
  readonly #whenCaughtUp: (() => void)[] = [];
  #cancel: Cancel | undefined;
  #broken = false;
  #caughtUp = false;
  #lastSeq = 0;

  constructor(runtime: FollowerRuntime) {
    this.#runtime = runtime;
    this.#clock = new HybridClock(() => runtime.nowMs());
  }

  /** Time for a new commit: after every commit this process has followed, within the clock's bound. */
  readonly hlc = (): Hlc => this.#clock.now();

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Sequence of the last commit read; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Sinks are added before `start`, so that none misses a commit. */
  add(sink: LogSink): void {
    this.#assertNotStarted();
    const known = this.#sinks.get(sink.stream);
    if (known === undefined) this.#sinks.set(sink.stream, [sink]);
    else known.push(sink);
  }

  /** Hears every commit of every stream, after the sinks of its stream. */
  onAny(listener: (commit: Commit, stored: StoredCommit) => void): void {
    this.#assertNotStarted();
    this.#listeners.push(listener);
  }

  /** `onCaughtUp` runs after the sinks were started. */
  start(onCaughtUp?: () => void): void {
    this.#assertNotStarted();
    if (onCaughtUp !== undefined) this.#whenCaughtUp.push(onCaughtUp);
    this.#cancel = () => {};
    const cancel = this.#runtime.log.follow('', 1, this.#receive, this.#reachedEnd);
    // A store that delivers at once may already have stopped us.
    if (this.#cancel === undefined) cancel();
    else this.#cancel = cancel;
  }

  stop(): void {
    this.#broken = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  readonly #receive = (stored: StoredCommit): void => {
    if (this.#broken) return;
    try {
      if (stored.seq !== this.#lastSeq + 1) {
        throw new Error(`expected log sequence ${this.#lastSeq + 1}, saw ${stored.seq}`);
      }
      const commit = stored.commit ?? decodeCommit(stored.bytes);
      this.#lastSeq = stored.seq;
      if (!this.#clock.observe(commit.time)) {
        this.#runtime.note('warn', 'clock_ahead', {
          commit: commit.id,
          commitMs: commit.time.ms,
          ownMs: this.#runtime.nowMs(),
        });
      }
      for (const sink of this.#sinks.get(stored.stream) ?? []) sink.fold(stored, commit);
      for (const listener of this.#listeners) listener(commit, stored);
    } catch (error) {
      this.stop();
      this.#runtime.fatal('log_broken', { seq: stored.seq, stream: stored.stream, reason: (error as Error).message });
    }
  };

  readonly #reachedEnd = (): void => {
    if (this.#broken) return;
    this.#caughtUp = true;
    for (const sinks of this.#sinks.values()) for (const sink of sinks) sink.start?.();
    for (const run of this.#whenCaughtUp.splice(0)) run();
  };

  #assertNotStarted(): void {
    if (this.#cancel !== undefined || this.#broken)
      throw new Error('the log is already being followed; add before start');
  }
}

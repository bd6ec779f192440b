import { decodeCommit } from './commit-codec.js';
import type { Commit } from './commit.js';
import { sha256Hex } from './hash.js';
import type { Event, Input, Machine } from './machine.js';
import type { StoredCommit } from './store.js';

/** A commit that cannot follow the ones folded before: the log, or our reading of it, is broken. */
export class LogBrokenError extends Error {
  override readonly name = 'LogBrokenError';
}

export type OnCommit<I extends Input = Input, E extends Event = Event> = (
  commit: Commit<I, E>,
  stored: StoredCommit,
) => void;

/** The state of one stream as its commits left it; fold only. */
export class MachineView<S, I extends Input, E extends Event> {
  readonly machine: Machine<S, I, E>;
  readonly stream: string;
  #state: S;
  #version = 0;
  #lastSeq = 0;
  #lastHash = '';
  readonly #listeners: OnCommit<I, E>[] = [];

  constructor(machine: Machine<S, I, E>, stream: string) {
    this.machine = machine;
    this.stream = stream;
    this.#state = machine.initial;
  }

  get state(): S {
    return this.#state;
  }

  /** Version of the last folded commit; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /** Sequence, in the site's log, of the last folded commit; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** SHA-256 of the stored bytes of the last folded commit; '' before the first. */
  get lastHash(): string {
    return this.#lastHash;
  }

  /** Listeners hear every commit once, in order, after it was folded, in the order they were added. */
  onCommit(listener: OnCommit<I, E>): void {
    this.#listeners.push(listener);
  }

  /**
   * Folds the next commit of the stream; one that was folded before is ignored. Returns whether it was new.
   * @throws LogBrokenError when versions or hashes do not follow, CommitFormatError
   */
  fold(stored: StoredCommit, decoded?: Commit): boolean {
    if (stored.seq <= this.#lastSeq) return false;
    const commit = (decoded ?? stored.commit ?? decodeCommit(stored.bytes)) as Commit<I, E>;
    this.#assertNext(commit, stored);
    let state = this.#state;
    for (const event of commit.events) state = this.machine.evolve(state, event);
    this.#state = state;
    this.#version = commit.version;
    this.#lastSeq = stored.seq;
    this.#lastHash = sha256Hex(stored.bytes);
    for (const listener of this.#listeners) listener(commit, stored);
    return true;
  }

  #assertNext(commit: Commit, stored: StoredCommit): void {
    const place = `log sequence ${stored.seq}`;
    if (commit.stream !== this.stream || stored.stream !== this.stream) {
      throw new LogBrokenError(
        `${place}: expected stream ${this.stream}, saw ${commit.stream} stored under ${stored.stream}`,
      );
    }
    if (commit.version !== this.#version + 1) {
      throw new LogBrokenError(
        `${place}: expected version ${this.#version + 1} of ${this.stream}, saw ${commit.version}`,
      );
    }
    if (commit.prev !== this.#lastHash) {
      throw new LogBrokenError(
        `${place}: version ${commit.version} of ${this.stream} should follow a commit with hash ${this.#lastHash || "''"}, but names ${commit.prev || "''"}`,
      );
    }
  }
}

import { canonicalText } from './canonical.js';
import { appendMsgId, encodeCommit } from './commit-codec.js';
import type { Commit, Hlc, Principal } from './commit.js';
import { DeadlineClock } from './deadlines.js';
import type { Event, Input, Machine } from './machine.js';
import type { Runtime } from './runtime.js';
import type { AppendOutcome, Cancel, CommitStore, ReadOutcome, StoredCommit } from './store.js';
import type { OnCommit } from './view.js';
import { MachineView } from './view.js';

export type DeciderReply<I extends Input = Input, E extends Event = Event> =
  /** Decided now, or decided before under the same input id. */
  | { readonly kind: 'committed' | 'repeated'; readonly commit: Commit<I, E> }
  /** An observation that led to nothing. */
  | { readonly kind: 'ignored' }
  /** Not decided, or not known to be: ask again with the same input id. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface DeciderParts<S, I extends Input, E extends Event> {
  readonly machine: Machine<S, I, E>;
  readonly stream: string;
  readonly store: Pick<CommitStore, 'append' | 'readNext'>;
  readonly hlc: () => Hlc;
  readonly after: Runtime['after'];
  readonly nowMs: Runtime['nowMs'];
  readonly note: Runtime['note'];
  readonly fatal: Runtime['fatal'];
  /** Recorded where an input comes without a principal of its own. */
  readonly principal: Principal;
  /** Hash of the machine code. */
  readonly build: string;
  readonly newCommitId: () => string;
  /** `seenIds`: setting log.seenIds. fidelity: F-LOG-SEEN-IDS */
  readonly settings: { readonly seenIds: boolean };
}

/** Waits before an append or a read is tried again: from the first to the last, doubling. */
const RETRY_FIRST_MS = 5;
const RETRY_LAST_MS = 1000;
/** Whoever waits is answered within this, so that no caller hangs while the log cannot be reached. */
export const REPLY_WITHIN_MS = 10_000;
/** Inputs that may wait; a sensor gone wild must not fill the memory. */
const MAX_WAITING = 10_000;

interface Job<I extends Input, E extends Event> {
  readonly input: I;
  readonly principal: Principal;
  readonly cause: string | undefined;
  readonly done: (reply: DeciderReply<I, E>) => void;
}

/** One try to write one commit at one version. */
interface Attempt {
  readonly commitId: string;
  readonly version: number;
  readonly expectLastSeq: number;
  readonly msgId: string;
  readonly bytes: Uint8Array;
  retryMs: number;
}

/**
 * Decides one stream: one input after the other, each leading to one commit or none, whatever the log
 * answers and whoever else decides on the same stream. What is not a clean success is settled by
 * reading the commit at the version that was tried: ours, another's (decide again on the new state),
 * or none (write the same bytes again). Every decider folds from stored bytes, its own commits too.
 */
export class Decider<S, I extends Input, E extends Event> {
  readonly view: MachineView<S, I, E>;
  readonly #parts: DeciderParts<S, I, E>;
  readonly #deadlines: DeadlineClock;
  readonly #seen = new Map<string, Commit<I, E>>();
  readonly #waiting: Job<I, E>[] = [];
  #job: Job<I, E> | undefined;
  #attempt: Attempt | undefined;
  /** The commit found at the version of the attempt. */
  #verdict: Commit<I, E> | undefined;
  #started = false;
  #stopped = false;
  #working = false;
  #outOfReach = false;
  #full = false;
  #cancelPatience: Cancel | undefined;
  #cancelRetry: Cancel | undefined;

  constructor(parts: DeciderParts<S, I, E>) {
    this.#parts = parts;
    this.view = new MachineView(parts.machine, parts.stream);
    this.#deadlines = new DeadlineClock(parts, (input, done) => this.submit(input as I, undefined, undefined, done));
    this.view.onCommit((commit) => {
      if (parts.settings.seenIds && !this.#seen.has(commit.input.id)) this.#seen.set(commit.input.id, commit);
      if (commit.version === this.#attempt?.version) this.#verdict = commit;
    });
  }

  get stream(): string {
    return this.view.stream;
  }

  get state(): S {
    return this.view.state;
  }

  get version(): number {
    return this.view.version;
  }

  get lastSeq(): number {
    return this.view.lastSeq;
  }

  /** Hears every commit of the stream once, in order, own and others', before the submitter is answered. */
  onCommit(listener: OnCommit<I, E>): void {
    this.view.onCommit(listener);
  }

  /** Takes the next commit of the stream from the follower. @throws LogBrokenError, CommitFormatError */
  fold(stored: StoredCommit, commit?: Commit): void {
    if (this.#stopped) return;
    const outer = this.#working;
    // What listeners submit waits until the commit they hear of has been answered.
    this.#working = true;
    try {
      if (this.view.fold(stored, commit)) this.#armDeadlines();
      this.#settle();
    } finally {
      this.#working = outer;
    }
    this.#work();
  }

  /** Call when the stream has been folded to its end: from now on inputs are decided and deadlines are kept. */
  start(): void {
    this.#started = true;
    this.#armDeadlines();
    this.#work();
  }

  /** Ends all activity; who waits is told so. What was appended may still be stored. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#deadlines.stop();
    this.#cancelRetry?.();
    this.#attempt = undefined;
    this.#failAll('this process is stopping');
  }

  /**
   * Decides an input. `done` is called exactly once, with `failed` at the latest after
   * REPLY_WITHIN_MS; asking again with the same input id never leads to a second commit.
   */
  submit(
    input: I,
    principal: Principal | undefined,
    cause: string | undefined,
    done: (reply: DeciderReply<I, E>) => void,
  ): void {
    if (this.#stopped) return done(failed('this process is stopping'));
    if (this.#outOfReach) return done(failed('the log cannot be reached'));
    if (this.#waiting.length >= MAX_WAITING) return done(failed(`${MAX_WAITING} inputs are already waiting`));
    this.#waiting.push({ input, principal: principal ?? this.#parts.principal, cause, done });
    this.#work();
  }

  #work(): void {
    if (this.#working || !this.#started) return;
    this.#working = true;
    try {
      while (this.#attempt === undefined && !this.#stopped) {
        if (this.#job === undefined) {
          this.#job = this.#waiting.shift();
          if (this.#job === undefined) return;
          this.#cancelPatience = this.#parts.after(REPLY_WITHIN_MS, this.#losePatience);
        }
        this.#decide(this.#job);
      }
    } finally {
      this.#working = false;
    }
  }

  #decide(job: Job<I, E>): void {
    const before = this.#seen.get(job.input.id);
    if (before !== undefined) {
      if (before.input.type === job.input.type) return this.#answer({ kind: 'repeated', commit: before });
      return this.#answer(failed(`input id ${job.input.id} was already used for ${before.input.type}; use a new id`));
    }
    const { machine, stream, build, newCommitId, hlc } = this.#parts;
    try {
      // Decide on what will be read back, so that whoever decides again sees the same down to key order.
      const input = JSON.parse(canonicalText(job.input)) as I;
      const events = machine.decide(this.view.state, input);
      const mayBeSilent = input.from === 'observation' || input.from === 'deadline';
      if (events.length === 0 && mayBeSilent) return this.#answer({ kind: 'ignored' });
      const { cause, principal } = job;
      const commit: Commit<I, E> = {
        id: newCommitId(),
        stream,
        version: this.view.version + 1,
        prev: this.view.lastHash,
        input,
        events,
        ...(cause === undefined ? {} : { cause }),
        principal,
        build,
        time: hlc(),
      };
      this.#verdict = undefined;
      this.#attempt = {
        commitId: commit.id,
        version: commit.version,
        expectLastSeq: this.view.lastSeq,
        msgId: appendMsgId(commit),
        bytes: encodeCommit(commit),
        retryMs: RETRY_FIRST_MS,
      };
    } catch (error) {
      const reason = `${stream} could not decide ${job.input.type}: ${(error as Error).message}`;
      this.#parts.note('error', 'not_decidable', { stream, input: job.input.id, type: job.input.type, reason });
      return this.#answer(failed(reason));
    }
    this.#append(this.#attempt);
  }

  #append(attempt: Attempt): void {
    const { bytes, expectLastSeq, msgId } = attempt;
    this.#parts.store.append({ stream: this.stream, bytes, expectLastSeq, msgId }, (outcome) => {
      if (this.#attempt === attempt) this.#onAppended(attempt, outcome);
    });
  }

  #onAppended(attempt: Attempt, outcome: AppendOutcome): void {
    switch (outcome.kind) {
      case 'ok':
        return this.#foldFound({ seq: outcome.seq, stream: this.stream, bytes: attempt.bytes });
      case 'full':
        // Should an earlier try of these bytes still arrive, the version it names lets only one commit in.
        this.#attempt = undefined;
        this.#outOfReach = false;
        // Once: whoever must be heard, a detector for example, asks again and again until there is room.
        if (!this.#full) this.#parts.note('error', 'log_full', { stream: this.stream, reason: outcome.reason });
        this.#full = true;
        this.#answer(failed(`the log is full: ${outcome.reason}`));
        return this.#work();
      case 'unknown':
        this.#parts.note('warn', 'append_unknown', {
          stream: this.stream,
          commit: attempt.commitId,
          reason: outcome.reason,
        });
        return this.#readBack(attempt);
      case 'duplicate':
      case 'conflict':
        return this.#readBack(attempt);
    }
  }

  /** Reads the commit at the version that was tried. */
  #readBack(attempt: Attempt): void {
    this.#parts.store.readNext(this.stream, attempt.expectLastSeq, (outcome) => {
      if (this.#attempt === attempt) this.#onRead(attempt, outcome);
    });
  }

  #onRead(attempt: Attempt, outcome: ReadOutcome): void {
    if (outcome.kind === 'found') return this.#foldFound(outcome.commit);
    const next = outcome.kind === 'none' ? () => this.#append(attempt) : () => this.#readBack(attempt);
    this.#cancelRetry = this.#parts.after(attempt.retryMs, () => {
      this.#cancelRetry = undefined;
      if (this.#attempt === attempt) next();
    });
    attempt.retryMs = Math.min(attempt.retryMs * 2, RETRY_LAST_MS);
  }

  #foldFound(stored: StoredCommit): void {
    const attempt = this.#attempt;
    try {
      this.fold(stored);
      if (this.#attempt === attempt && attempt !== undefined) {
        throw new Error(`log sequence ${stored.seq} should hold version ${attempt.version} of ${this.stream}`);
      }
    } catch (error) {
      this.stop();
      this.#parts.fatal('log_broken', { seq: stored.seq, stream: this.stream, reason: (error as Error).message });
    }
  }

  /** Ends the attempt once the version it tried is taken, by itself or by another. */
  #settle(): void {
    const attempt = this.#attempt;
    const verdict = this.#verdict;
    if (attempt === undefined || verdict === undefined) return;
    this.#attempt = undefined;
    this.#verdict = undefined;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#outOfReach = false;
    if (this.#full) this.#parts.note('info', 'log_has_room', { stream: this.stream });
    this.#full = false;
    // Another's commit: the job stays and is decided again, unless its submitter has been told to ask again.
    if (verdict.id === attempt.commitId) this.#answer({ kind: 'committed', commit: verdict });
  }

  #answer(reply: DeciderReply<I, E>): void {
    const job = this.#job;
    this.#job = undefined;
    this.#cancelPatience?.();
    this.#cancelPatience = undefined;
    job?.done(reply);
  }

  /** The attempt goes on, because what it wrote must be known before anything else is written. */
  readonly #losePatience = (): void => {
    this.#outOfReach = true;
    this.#parts.note('error', 'log_out_of_reach', { stream: this.stream, waitedMs: REPLY_WITHIN_MS });
    this.#failAll(`the log did not settle a commit within ${REPLY_WITHIN_MS} ms; it may still be stored`);
  };

  #failAll(reason: string): void {
    const waiting = this.#waiting.splice(0);
    this.#answer(failed(reason));
    for (const job of waiting) job.done(failed(reason));
  }

  #armDeadlines(): void {
    if (!this.#started || this.#stopped) return;
    this.#deadlines.arm(this.#parts.machine.deadlines(this.view.state), this.view.version, (id) => this.#seen.has(id));
  }
}

function failed(reason: string): { readonly kind: 'failed'; readonly reason: string } {
  return { kind: 'failed', reason };
}

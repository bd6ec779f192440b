import { kindOf } from './commit-codec.js';
import { WorkQueue } from './memory-work-queue.js';
import type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from './store.js';

/** What goes wrong with one append. An answer that is not `true` is what the writer is told instead. */
export interface AppendFault {
  readonly request: 'arrives' | 'arrives-late' | 'lost';
  readonly answer: 'true' | 'duplicate' | 'conflict' | 'unknown';
}

export interface MemoryStoreFaults {
  append?(request: AppendRequest): AppendFault | undefined;
  /** True: the read is answered `unknown`. */
  read?(stream: string): boolean;
  /** True: the log never hears this acknowledgement and will deliver the work again. */
  loseAcknowledgement?(commit: StoredCommit): boolean;
  /** How long a step takes, in ms; 0 when absent. */
  delayMs?(step: 'request' | 'answer' | 'deliver'): number;
}

export interface MemoryStoreOptions {
  /** Runs a function later, never within the call, in order for equal times. */
  readonly after: (delayMs: number, run: () => void) => Cancel;
  /** 1 GiB unless given. */
  readonly maxBytes?: number;
  /** Work that is not acknowledged is delivered again after this; 30 s unless given. */
  readonly redeliverMs?: number;
  /**
   * Servers differ: some look for a known message id first and call a writer's second try a duplicate,
   * others look at the expected sequence first and call it a conflict (unless given).
   */
  readonly duplicatesFirst?: boolean;
  readonly faults?: MemoryStoreFaults;
}

/** A request that is late arrives this long after its writer was told that nothing is known of it. */
const LATE_MS = 250;
/** What a log server adds to each message. */
const OVERHEAD_BYTES = 64;

interface Follower {
  readonly prefix: string;
  readonly on: (commit: StoredCommit) => void;
  /** Undefined once it was called. */
  onCaughtUp: (() => void) | undefined;
  readonly caughtUpAt: number;
  nextSeq: number;
  scheduled: boolean;
  cancelled: boolean;
}

/** A log in memory that behaves like a log server, faults included when asked for. */
export class MemoryCommitStore implements CommitStore {
  readonly #options: MemoryStoreOptions;
  readonly #commits: StoredCommit[] = [];
  readonly #bySubject = new Map<string, StoredCommit[]>();
  readonly #byMsgId = new Map<string, number>();
  readonly #followers = new Set<Follower>();
  readonly #work = new Map<string, WorkQueue>();
  #usedBytes = 0;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
  }

  /** Everything stored so far, in order. */
  commits(): readonly StoredCommit[] {
    return this.#commits;
  }

  append(request: AppendRequest, done: (outcome: AppendOutcome) => void): void {
    const { after, faults } = this.#options;
    const fault = faults?.append?.(request) ?? { request: 'arrives', answer: 'true' };
    // The writer may reuse its memory once the call returns.
    const sent = { ...request, bytes: request.bytes.slice() };
    after(this.#delay('request'), () => {
      const truth = fault.request === 'arrives' ? this.#store(sent) : undefined;
      if (fault.request === 'arrives-late') after(LATE_MS, () => this.#store(sent));
      after(this.#delay('answer'), () => done(answerOf(fault, truth)));
    });
  }

  readNext(stream: string, afterSeq: number, done: (outcome: ReadOutcome) => void): void {
    const { after, faults } = this.#options;
    const unknown = faults?.read?.(stream) === true;
    after(this.#delay('request'), () => {
      const found = this.#bySubject.get(stream)?.find((commit) => commit.seq > afterSeq);
      after(this.#delay('answer'), () => {
        if (unknown) done({ kind: 'unknown', reason: 'the read was not answered' });
        else done(found === undefined ? { kind: 'none' } : { kind: 'found', commit: found });
      });
    });
  }

  follow(prefix: string, fromSeq: number, on: (commit: StoredCommit) => void, onCaughtUp?: () => void): Cancel {
    const nextSeq = Math.max(1, fromSeq);
    const caughtUpAt = this.#commits.length;
    const follower = { prefix, on, onCaughtUp, caughtUpAt, nextSeq, scheduled: false, cancelled: false };
    this.#followers.add(follower);
    this.#deliverNext(follower);
    return () => {
      follower.cancelled = true;
      this.#followers.delete(follower);
    };
  }

  work(kind: string, on: (commit: StoredCommit, acknowledge: () => void) => void): Cancel {
    return this.#workOf(kind).join(on);
  }

  usage(done: (usage: { usedBytes: number; maxBytes: number } | undefined) => void): void {
    this.#options.after(this.#delay('answer'), () => done({ usedBytes: this.#usedBytes, maxBytes: this.#maxBytes() }));
  }

  #store(request: AppendRequest): AppendOutcome {
    const { stream, bytes, expectLastSeq, msgId } = request;
    const seen = this.#byMsgId.get(msgId);
    if (seen !== undefined && this.#options.duplicatesFirst === true) return { kind: 'duplicate', seq: seen };
    const subject = this.#bySubject.get(stream) ?? [];
    if ((subject.at(-1)?.seq ?? 0) !== expectLastSeq) return { kind: 'conflict' };
    const size = bytes.length + OVERHEAD_BYTES;
    if (this.#usedBytes + size > this.#maxBytes()) return { kind: 'full', reason: 'maximum bytes exceeded' };
    const commit: StoredCommit = { seq: this.#commits.length + 1, stream, bytes };
    this.#usedBytes += size;
    this.#commits.push(commit);
    subject.push(commit);
    this.#bySubject.set(stream, subject);
    this.#byMsgId.set(msgId, commit.seq);
    for (const follower of this.#followers) this.#deliverNext(follower);
    this.#workOf(kindOf(stream)).offer(commit);
    return { kind: 'ok', seq: commit.seq };
  }

  /** One commit at a time, so that delays never change the order. */
  #deliverNext(follower: Follower): void {
    if (follower.scheduled || follower.cancelled) return;
    const { prefix, caughtUpAt } = follower;
    const next = this.#nextFor(follower);
    const caughtUp = follower.onCaughtUp !== undefined && (next === undefined || next.seq > caughtUpAt);
    if (next === undefined && !caughtUp) return;
    follower.scheduled = true;
    this.#options.after(this.#delay('deliver'), () => {
      follower.scheduled = false;
      if (follower.cancelled) return;
      if (caughtUp) {
        const tell = follower.onCaughtUp;
        follower.onCaughtUp = undefined;
        tell?.();
      } else if (next !== undefined) {
        follower.nextSeq = next.seq + 1;
        if (next.stream.startsWith(prefix)) follower.on(next);
      }
      this.#deliverNext(follower);
    });
  }

  #nextFor(follower: Follower): StoredCommit | undefined {
    for (; follower.nextSeq <= this.#commits.length; follower.nextSeq++) {
      const commit = this.#commits[follower.nextSeq - 1]!;
      if (commit.stream.startsWith(follower.prefix)) return commit;
    }
    return undefined;
  }

  #workOf(kind: string): WorkQueue {
    const known = this.#work.get(kind);
    if (known !== undefined) return known;
    const { after, faults, redeliverMs } = this.#options;
    const queue = new WorkQueue({
      after,
      redeliverMs: redeliverMs ?? 30_000,
      delayMs: () => this.#delay('deliver'),
      loseAcknowledgement: (commit) => faults?.loseAcknowledgement?.(commit) === true,
    });
    this.#work.set(kind, queue);
    return queue;
  }

  #delay(step: 'request' | 'answer' | 'deliver'): number {
    return this.#options.faults?.delayMs?.(step) ?? 0;
  }

  #maxBytes(): number {
    return this.#options.maxBytes ?? 2 ** 30;
  }
}

function answerOf(fault: AppendFault, truth: AppendOutcome | undefined): AppendOutcome {
  if (fault.answer === 'true' && truth !== undefined) return truth;
  switch (fault.answer) {
    case 'duplicate':
      return { kind: 'duplicate', seq: truth?.kind === 'ok' ? truth.seq : 1 };
    case 'conflict':
      return { kind: 'conflict' };
    default:
      return { kind: 'unknown', reason: 'no answer from the log' };
  }
}

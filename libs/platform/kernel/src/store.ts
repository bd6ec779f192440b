import type { Commit } from './commit.js';

/**
 * The raw commit store: what a log server can say to one append, no more. The rules that turn
 * these words into exactly-once decisions live in the decider; the simulator injects all of them.
 * A store calls back later, never within the call, one callback at a time.
 */
export interface StoredCommit {
  /** Sequence in the site's log, from 1. */
  readonly seq: number;
  readonly stream: string;
  /** The exact stored bytes. */
  readonly bytes: Uint8Array;
  /** What the bytes say, where the store has read them already; nobody may change it. */
  readonly commit?: Commit;
}

export type AppendOutcome =
  | { readonly kind: 'ok'; readonly seq: number }
  /** The server had seen the message id within its duplicate window. Says nothing about whose it is. */
  | { readonly kind: 'duplicate'; readonly seq: number }
  /** Wrong last subject sequence (server error 10071). */
  | { readonly kind: 'conflict' }
  /** Timeout, permission, broken connection, anything else: it may or may not be stored. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** The log is full; nothing was stored. */
  | { readonly kind: 'full'; readonly reason: string };

export type ReadOutcome =
  | { readonly kind: 'found'; readonly commit: StoredCommit }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Cancel = () => void;

export interface AppendRequest {
  readonly stream: string;
  readonly bytes: Uint8Array;
  /** Site sequence of the stream's last commit this writer knows; 0 for a new stream. */
  readonly expectLastSeq: number;
  /** `<stream>:<version>:<commit id>`. */
  readonly msgId: string;
}

export interface CommitStore {
  append(request: AppendRequest, done: (outcome: AppendOutcome) => void): void;
  /** The first commit of `stream` with a sequence above `afterSeq`: the one at the version that was tried. */
  readNext(stream: string, afterSeq: number, done: (outcome: ReadOutcome) => void): void;
  /**
   * Every commit whose stream starts with `prefix` ('' for all), from `fromSeq`, in order, each once;
   * `onCaughtUp` runs once when all that existed at the call has been delivered.
   */
  follow(prefix: string, fromSeq: number, on: (commit: StoredCommit) => void, onCaughtUp?: () => void): Cancel;
  /**
   * A durable work queue over all streams of one kind, shared by every process that names it:
   * each commit goes to one of them, again and again until acknowledged.
   */
  work(kind: string, on: (commit: StoredCommit, acknowledge: () => void) => void): Cancel;
  /** Bytes used and allowed; lets operators' commands be refused at 80 %. */
  usage(done: (usage: { usedBytes: number; maxBytes: number } | undefined) => void): void;
}

import type { Cancel } from '@rehearsal/kernel';
import type { FedMessage, FeedTiming, StoredMessage } from './log-feed.js';

export interface RawLogOptions {
  /** How many more messages there is room for; asked before more are asked for. */
  readonly room: () => number;
  readonly on: (message: FedMessage) => void;
  readonly timing?: FeedTiming;
}

/** A site's log as the server stores it: messages with all there is of them, for whoever keeps or restores it. */
export interface RawLog {
  /** The sequence of the last message, 0 for none; undefined when the server does not say. */
  lastSeq(done: (lastSeq: number | undefined) => void): void;
  /** The message at a sequence; undefined when the server does not say. */
  messageAt(seq: number, done: (message: StoredMessage | 'none' | undefined) => void): void;
  /**
   * Every message from `fromSeq`, each once and in order, as long as there is room; `more` says that there is again.
   * At most one at a time for a log.
   */
  feed(fromSeq: number, options: RawLogOptions): { readonly more: () => void; readonly stop: Cancel };
}

import type { FlowArchive } from './flows/flow-archive.js';

/** A message of a site's log, as the log server stored it. */
export interface ArchivedMessage {
  /** Sequence in the site's log, from 1. */
  readonly seq: number;
  readonly subject: string;
  /** Names and values in the order they were stored. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The exact stored bytes. */
  readonly bytes: Uint8Array;
  /** When the log server stored it: ns since the epoch, in digits, which a number cannot hold. */
  readonly storedNs: string;
}

/** Which log: a run's, by the name of the stream that stores it at the log server. */
export interface LogKey {
  readonly run: string;
  readonly stream: string;
}

/** One log in the archive. */
export interface LogArchive {
  readonly key: LogKey;
  /** The last archived sequence; 0 before the first. All before it are there too. */
  checkpoint(): Promise<number>;
  /**
   * Adds messages in the order of the log; those at or before the checkpoint are there and left as they are. All of
   * them and the new checkpoint are stored together, or none. Answers with the new checkpoint once that is done.
   * @throws ArchiveRefusal where a sequence is skipped or another archive writes the same log
   */
  append(messages: readonly ArchivedMessage[]): Promise<number>;
  /** Up to `count` messages from `fromSeq`, in order. */
  read(fromSeq: number, count: number): Promise<readonly ArchivedMessage[]>;
  /** Commits by kind of stream. */
  counts(): Promise<ReadonlyMap<string, number>>;
  /** How far it was published, by the lasting name of where to; what was published last comes first. */
  published(): Promise<readonly PublishedTo[]>;
  /** All up to a sequence is published there. */
  confirmPublished(to: PublishedTo): Promise<void>;
}

/** How far a log was published to an outlet. */
export interface PublishedTo {
  readonly name: string;
  readonly seq: number;
}

/** Where logs are kept for good. */
export interface ArchiveStore {
  /** What holds it, for people: `PostgreSQL 15.14 at …`, `PGlite in …`. */
  readonly about: string;
  /** Brings the tables to the form this program needs. @throws ArchiveRefusal when they are a newer program's */
  migrate(): Promise<void>;
  /** One log; begins it where it is new. */
  openLog(key: LogKey): Promise<LogArchive>;
  /** The flow records of a run, by the name of the stream that keeps them; begins them where they are new. */
  openFlows(key: LogKey): Promise<FlowArchive>;
  /** The logs there are, in the order they were begun. */
  logs(): Promise<readonly (LogKey & { readonly archivedSeq: number })[]>;
  close(): Promise<void>;
}

/** Something that waiting does not mend: what is asked would make the archive untrue. */
export class ArchiveRefusal extends Error {
  override readonly name = 'ArchiveRefusal';
}

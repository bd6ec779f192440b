import type { FlowRecord } from '@rehearsal/flows';

/** A batch of flow records as the site's stream keeps it. */
export interface FlowBatch {
  /** Sequence in the stream. The stream is bounded: earlier ones may be gone. */
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** The flow records of one run and site in the archive. */
export interface FlowArchive {
  /** How far the stream was read; 0 before its first batch. */
  readUpTo(): Promise<number>;
  /**
   * Adds records, and that the stream was read up to a sequence: together, or none of it. What a life of a member said
   * under a number is there once, however often it is added.
   */
  add(records: readonly FlowRecord[], upToSeq: number): Promise<void>;
  /** How many there are, by kind. */
  counts(): Promise<ReadonlyMap<string, number>>;
}

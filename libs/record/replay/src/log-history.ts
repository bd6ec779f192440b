import type { AnyMachine } from '@rehearsal/kernel';
import { CommitFormatError, sha256Hex } from '@rehearsal/kernel';
import { headOf, type CommitHead } from './commit-head.js';
import { linesOf } from './log-lines.js';
import { StateFold, type LogState } from './state-fold.js';

/** The bytes of a log file, wherever they are. */
export interface LogBytes {
  readonly length: number;
  /** @param to not included; at most `length` */
  read(from: number, to: number): Uint8Array;
}

/** A state kept on the way through a log, so that later moments need not be folded from the begin. */
export interface Snapshot extends LogState {
  /** Of the log's bytes, those that it was folded from. */
  readonly bytes: number;
  /** SHA-256 (hex) of the last commit that it was folded from. */
  readonly lineHash: string;
}

export interface HistoryParts {
  readonly log: LogBytes;
  /** By kind. */
  readonly machines: Readonly<Record<string, AnyMachine>>;
  /** Sequence of the first commit; 1 unless given. */
  readonly firstSeq?: number;
  /** Of this log and these machines, rising. Where one turns out to be of another log, none is used. */
  readonly snapshots?: readonly Snapshot[];
  /** A snapshot is kept after so many commits; 2000 unless given. */
  readonly snapshotEvery?: number;
}

/** A commit of the log with its place in it. */
export interface PlacedCommit extends CommitHead {
  readonly seq: number;
  readonly line: Uint8Array;
}

/** A line of the log that is no commit. */
export class LogLineError extends Error {
  override readonly name = 'LogLineError';
}

const CHUNK_BYTES = 1 << 20;
const SNAPSHOT_EVERY = 2000;

/**
 * The states that a site's log went through. A moment is a sequence, or a time: then everything counts that the log
 * held before the first commit that is later, since what stands behind that one was stored after it.
 */
export class LogHistory {
  readonly firstSeq: number;
  readonly #parts: HistoryParts;
  readonly #every: number;
  readonly #kept: Snapshot[];
  #grown = false;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.firstSeq = parts.firstSeq ?? 1;
    this.#every = parts.snapshotEvery ?? SNAPSHOT_EVERY;
    this.#kept = [...(parts.snapshots ?? [])];
  }

  /** The snapshots there are by now, rising; undefined where there are no others than were given. */
  get newSnapshots(): readonly Snapshot[] | undefined {
    return this.#grown ? this.#kept : undefined;
  }

  /** After the commit of this sequence; where the log ends before, `seq` of the answer is that of its last one. @throws LogLineError */
  atSeq(seq: number): LogState {
    return this.#fold(seq, Infinity);
  }

  /** @param atMs ms since the epoch @throws LogLineError */
  atTime(atMs: number): LogState {
    return this.#fold(Infinity, atMs);
  }

  /** @throws LogLineError */
  atEnd(): LogState {
    return this.#fold(Infinity, Infinity);
  }

  /** Sequence of the last commit; one less than the first where there is none. */
  lastSeq(): number {
    const begin = this.#begin(() => true);
    let seq = begin?.seq ?? this.firstSeq - 1;
    for (const _line of this.#linesFrom(begin?.bytes ?? 0)) seq++;
    return seq;
  }

  /** All commits in the order of the log, from the first. @throws LogLineError */
  commits(): Generator<PlacedCommit> {
    return this.#commitsAfter(undefined);
  }

  /** The commit of a sequence; undefined where there is none. @throws LogLineError */
  commitAt(seq: number): PlacedCommit | undefined {
    const begin = this.#begin((snapshot) => snapshot.seq < seq);
    for (const commit of this.#commitsAfter(begin)) if (commit.seq === seq) return commit;
    return undefined;
  }

  /** The commit of a stream's version; undefined where there is none. @throws LogLineError */
  commitOf(stream: string, version: number): PlacedCommit | undefined {
    const begin = this.#begin(({ streams }) => (streams.find((s) => s.stream === stream)?.version ?? 0) < version);
    for (const commit of this.#commitsAfter(begin)) {
      if (commit.stream === stream && commit.version === version) return commit;
    }
    return undefined;
  }

  *#commitsAfter(begin: Snapshot | undefined): Generator<PlacedCommit> {
    let seq = begin === undefined ? this.firstSeq : begin.seq + 1;
    for (const line of this.#linesFrom(begin?.bytes ?? 0)) {
      yield { ...this.#headOf(line, seq), seq, line };
      seq++;
    }
  }

  #fold(lastSeq: number, untilMs: number): LogState {
    const begin = this.#begin((snapshot) => snapshot.seq <= lastSeq && snapshot.atMs <= untilMs);
    const fold = new StateFold(this.#parts.machines, begin);
    const last = this.#kept.at(-1)?.seq ?? 0;
    let bytes = begin?.bytes ?? 0;
    let seq = begin === undefined ? this.firstSeq : begin.seq + 1;
    for (const line of this.#linesFrom(bytes)) {
      if (seq > lastSeq) break;
      const head = this.#headOf(line, seq);
      if (head.atMs > untilMs) break;
      this.#guard(seq, () => fold.take(line, head, seq));
      bytes += line.length + 1;
      if (seq > last && (seq - this.firstSeq + 1) % this.#every === 0) {
        this.#kept.push({ ...fold.state(), bytes, lineHash: sha256Hex(line) });
        this.#grown = true;
      }
      seq++;
    }
    return fold.state();
  }

  #begin(isWithin: (snapshot: Snapshot) => boolean): Snapshot | undefined {
    const begin = this.#kept.findLast(isWithin);
    if (begin === undefined || this.#belongs(begin)) return begin;
    // Of another log: none of them is of use.
    this.#kept.length = 0;
    return undefined;
  }

  /** Whether the commit that a snapshot ends with stands where it says. */
  #belongs({ bytes, lineHash }: Snapshot): boolean {
    const { log } = this.#parts;
    if (bytes < 1 || bytes > log.length) return false;
    for (let size = CHUNK_BYTES >> 6; ; size *= 4) {
      const from = Math.max(0, bytes - 1 - size);
      const tail = log.read(from, bytes - 1);
      const begin = tail.lastIndexOf(LINE_FEED) + 1;
      if (begin > 0 || from === 0) return sha256Hex(tail.subarray(begin)) === lineHash;
    }
  }

  /** Whole lines only: what is still being written has no end yet. */
  *#linesFrom(start: number): Generator<Uint8Array> {
    const { log } = this.#parts;
    let at = start;
    for (const line of linesOf(chunksOf(log, start))) {
      at += line.length + 1;
      if (at > log.length) return;
      yield line;
    }
  }

  #headOf(line: Uint8Array, seq: number): CommitHead {
    return this.#guard(seq, () => headOf(line));
  }

  #guard<T>(seq: number, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CommitFormatError)) throw error;
      throw new LogLineError(`line ${seq - this.firstSeq + 1} of the log: ${error.message}`);
    }
  }
}

const LINE_FEED = 10;

function* chunksOf(log: LogBytes, start: number): Generator<Uint8Array> {
  for (let from = start; from < log.length; from += CHUNK_BYTES) {
    yield log.read(from, Math.min(log.length, from + CHUNK_BYTES));
  }
}

/** A log that is in memory. */
export function bytesInMemory(bytes: Uint8Array): LogBytes {
  return { length: bytes.length, read: (from, to) => bytes.subarray(from, to) };
}

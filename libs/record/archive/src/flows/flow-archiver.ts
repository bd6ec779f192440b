import { FlowBook } from '@rehearsal/flows';
import type { FlowRecord } from '@rehearsal/flows';
import type { Cancel, Level } from '@rehearsal/kernel';
import type { AfterArchiving } from '../after-archiving.js';
import type { ArchiveStore, LogArchive } from '../archive-store.js';
import type { FlowArchive, FlowBatch } from './flow-archive.js';

/** What it needs of the process it runs in. */
export interface FlowWorld {
  /** Sequence of the last batch in the stream; undefined when the server does not say. */
  lastFlowSeq(done: (lastSeq: number | undefined) => void): void;
  followFlows(fromSeq: number, on: (batch: FlowBatch) => void): Cancel;
  after(delayMs: number, run: () => void): Cancel;
  count(id: string, n: number): void;
  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void;
}

/** Held in memory while the database is slow or away; the rest waits in the stream. */
const HELD_BYTES = 8 << 20;
/** One transaction takes about so many records. */
const BATCH_RECORDS = 4_000;
const AGAIN_FROM_MS = 200;
const AGAIN_TO_MS = 5_000;

/**
 * Writes what members report of connections into the archive, behind the log: it holds nothing up, and nothing waits for
 * it. The stream is bounded; what had to make room before it was read is not archived, which the numbers of records tell.
 */
export class FlowArchiver implements AfterArchiving {
  readonly #world: FlowWorld;
  readonly #stream: string;
  #flows: FlowArchive | undefined;
  #held: FlowBatch[] = [];
  #heldBytes = 0;
  #archivedSeq = 0;
  #records = 0;
  #cancelFollow: Cancel | undefined;
  #cancelAgain: Cancel = () => undefined;
  #writing: Promise<void> | undefined;
  #away: string | undefined;
  #isEnding = false;
  #onArchived: () => void = () => undefined;

  /** @param stream name of the stream at the log server */
  constructor(world: FlowWorld, stream: string) {
    this.#world = world;
    this.#stream = stream;
  }

  start(log: LogArchive, _archivedSeq: number, store: ArchiveStore): void {
    void this.#open(store, log.key.run, AGAIN_FROM_MS);
  }

  grown(): void {
    // The stream has its own sequences.
  }

  status(): Readonly<Record<string, unknown>> {
    const state = this.#away === undefined ? 'up' : 'away';
    return { state, archivedSeq: this.#archivedSeq, records: this.#records, ...(this.#away && { reason: this.#away }) };
  }

  /** Archives what is in the stream by now, if it can within the time. */
  async stop(deadlineMs: number): Promise<void> {
    const late = new Promise<void>((resolve) => this.#world.after(deadlineMs, resolve));
    await Promise.race([this.#caughtUp(), late]);
    this.#isEnding = true;
    this.#cancelFollow?.();
    this.#cancelAgain();
    await Promise.race([this.#writing, late]);
  }

  async #caughtUp(): Promise<void> {
    if (this.#flows === undefined) return;
    const lastSeq = await new Promise<number | undefined>((resolve) => this.#world.lastFlowSeq(resolve));
    if (lastSeq === undefined || this.#archivedSeq >= lastSeq) return;
    await new Promise<void>((resolve) => {
      this.#onArchived = () => {
        if (this.#archivedSeq >= lastSeq) resolve();
      };
    });
  }

  async #open(store: ArchiveStore, run: string, againMs: number): Promise<void> {
    try {
      this.#flows = await store.openFlows({ run, stream: this.#stream });
      this.#archivedSeq = await this.#flows.readUpTo();
      this.#look();
    } catch (error) {
      this.#failed(error);
      if (this.#isEnding) return;
      this.#cancelAgain = this.#world.after(
        againMs,
        () => void this.#open(store, run, Math.min(againMs * 2, AGAIN_TO_MS)),
      );
    }
  }

  /** Begins to read behind what is archived; from the start where the stream is another one than was. */
  #look(): void {
    this.#world.lastFlowSeq((lastSeq) => {
      if (this.#isEnding) return;
      if (lastSeq === undefined) {
        this.#cancelAgain = this.#world.after(AGAIN_FROM_MS, () => this.#look());
        return;
      }
      if (lastSeq < this.#archivedSeq) {
        this.#world.note('warn', 'flow_stream_is_new', { lastSeq, archivedSeq: this.#archivedSeq });
        this.#archivedSeq = 0;
      }
      this.#follow();
    });
  }

  #follow(): void {
    this.#cancelFollow = this.#world.followFlows(this.#archivedSeq + 1, (batch) => {
      this.#held.push(batch);
      this.#heldBytes += batch.bytes.length;
      if (this.#heldBytes > HELD_BYTES) {
        this.#cancelFollow?.();
        this.#cancelFollow = undefined;
      }
      this.#begin();
    });
  }

  #begin(): void {
    if (this.#writing !== undefined || this.#isEnding) return;
    this.#writing = this.#drain(AGAIN_FROM_MS).finally(() => {
      this.#writing = undefined;
      if (this.#held.length > 0) this.#begin();
    });
  }

  async #drain(againMs: number): Promise<void> {
    try {
      while (this.#held.length > 0) await this.#write();
    } catch (error) {
      this.#failed(error);
      if (this.#isEnding) return;
      await new Promise<void>((resolve) => {
        this.#cancelAgain = this.#world.after(againMs, resolve);
      });
      return this.#drain(Math.min(againMs * 2, AGAIN_TO_MS));
    }
    if (this.#cancelFollow === undefined && !this.#isEnding) this.#follow();
  }

  async #write(): Promise<void> {
    const records: FlowRecord[] = [];
    let n = 0;
    while (n < this.#held.length && records.length < BATCH_RECORDS) records.push(...this.#read(this.#held[n++]!));
    const upToSeq = this.#held[n - 1]!.seq;
    await this.#flows!.add(records, upToSeq);
    for (const { bytes } of this.#held.splice(0, n)) this.#heldBytes -= bytes.length;
    this.#archivedSeq = upToSeq;
    this.#records += records.length;
    this.#away = undefined;
    this.#world.count('archive_flow_records', records.length);
    this.#onArchived();
  }

  /** A batch that cannot be read is some stranger's: it is named, and left out. */
  #read({ seq, bytes }: FlowBatch): FlowRecord[] {
    try {
      return [...new FlowBook(bytes).all()];
    } catch (error) {
      this.#world.note('warn', 'flow_batch_unreadable', { seq, reason: reasonOf(error) });
      return [];
    }
  }

  #failed(error: unknown): void {
    if (this.#away === undefined) this.#world.note('warn', 'flow_archive_away', { reason: reasonOf(error) });
    this.#away = reasonOf(error);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import type { FedMessage, RawLog } from '@rehearsal/bus';
import type { Cancel, Level } from '@rehearsal/kernel';
import { ArchiveRefusal } from './archive-store.js';
import type { LogArchive } from './archive-store.js';
import { assertSameLog, logIsBehind } from './same-log.js';

export interface FollowerLimits {
  /** What one transaction takes at most; a single larger message goes alone. */
  readonly batchMessages: number;
  readonly batchBytes: number;
  /** How long a message may wait for others to be stored with it. */
  readonly waitMs: number;
  /** What is held in memory while the database is slow or away; the rest waits in the log. */
  readonly heldMessages: number;
  readonly heldBytes: number;
  /** After a failure it is tried again after so long, twice as long after the next, and so on. */
  readonly retryFromMs: number;
  readonly retryToMs: number;
  /** How often the log is asked for its end. */
  readonly lookMs: number;
}

export const FOLLOWER_LIMITS: FollowerLimits = {
  batchMessages: 1_000,
  batchBytes: 4 << 20,
  waitMs: 20,
  heldMessages: 4_000,
  heldBytes: 32 << 20,
  retryFromMs: 100,
  retryToMs: 5_000,
  lookMs: 1_000,
};

/** What a follower needs of the process it runs in. */
export interface FollowerWorld {
  readonly rawLog: RawLog;
  after(delayMs: number, run: () => void): Cancel;
  count(id: string, n: number): void;
  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface FollowerState {
  /** The last archived sequence. */
  readonly archivedSeq: number;
  /** The last sequence of the log, as far as is known. */
  readonly logSeq: number;
  readonly lag: number;
  /** `away` while the database does not take what it is given. */
  readonly store: 'up' | 'away';
}

/**
 * Writes a log into the archive as it grows: in batches, each acknowledged to the log server as a whole once it is stored.
 * A database that is away, slow or full stops the reading and is tried again; the log and whoever writes it are not
 * held up. What would make the archive untrue ends the following.
 */
export class ArchiveFollower {
  readonly #archive: LogArchive;
  readonly #world: FollowerWorld;
  readonly #limits: FollowerLimits;
  readonly #onRefusal: (refusal: Error) => void;
  #held: FedMessage[] = [];
  #heldBytes = 0;
  #archivedSeq = 0;
  #logSeq = 0;
  #feed: { readonly more: () => void; readonly stop: Cancel } | undefined;
  #writing: Promise<void> | undefined;
  #waiting: Cancel | undefined;
  #cancelLook: Cancel = () => undefined;
  #wake: () => void = () => undefined;
  #isAway = false;
  /** Takes no more; what is held may still be stored. */
  #isEnding = false;
  #isStopped = false;

  /** @param onRefusal called once, with what waiting does not mend; nothing is archived any more */
  constructor(
    archive: LogArchive,
    world: FollowerWorld,
    onRefusal: (refusal: Error) => void,
    limits: FollowerLimits = FOLLOWER_LIMITS,
  ) {
    this.#archive = archive;
    this.#world = world;
    this.#onRefusal = onRefusal;
    this.#limits = limits;
  }

  get state(): FollowerState {
    const { lag, store } = { lag: this.#logSeq - this.#archivedSeq, store: this.#isAway ? 'away' : 'up' } as const;
    return { archivedSeq: this.#archivedSeq, logSeq: this.#logSeq, lag, store };
  }

  /**
   * Compares the end of the archive with the log, and follows from there.
   * @throws ArchiveRefusal where the log is not the one that was archived
   */
  async start(): Promise<void> {
    this.#archivedSeq = await this.#archive.checkpoint();
    this.#logSeq = await assertSameLog(this.#archive, this.#world);
    if (this.#isEnding) return;
    this.#feed = this.#world.rawLog.feed(this.#archivedSeq + 1, {
      room: () => (this.#heldBytes < this.#limits.heldBytes ? this.#limits.heldMessages - this.#held.length : 0),
      on: (message) => this.#take(message),
    });
    this.#tell();
    this.#look();
  }

  /** Stores what is held, if the database takes it within the time, and follows no longer. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isEnding = true;
    this.#feed?.stop();
    this.#cancelLook();
    this.#waiting?.();
    const written = (async () => {
      await this.#writing;
      while (this.#held.length > 0 && !this.#isStopped) await this.#write();
    })();
    const late = new Promise<void>((resolve) => this.#world.after(deadlineMs, resolve));
    await Promise.race([written, late]);
    this.#isStopped = true;
    this.#wake();
    await this.#writing;
  }

  #take(message: FedMessage): void {
    this.#held.push(message);
    this.#heldBytes += message.bytes.length;
    this.#logSeq = Math.max(this.#logSeq, message.seq);
    if (this.#writing === undefined) this.#plan();
  }

  /** A full batch goes at once, a smaller one waits a little for more. */
  #plan(): void {
    if (this.#held.length === 0 || this.#isEnding) return;
    if (this.#held.length >= this.#limits.batchMessages || this.#heldBytes >= this.#limits.batchBytes) {
      this.#waiting?.();
      this.#begin();
    } else this.#waiting ??= this.#world.after(this.#limits.waitMs, () => this.#begin());
  }

  #begin(): void {
    this.#waiting = undefined;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
      if (!this.#isEnding) this.#feed?.more();
      this.#plan();
    });
  }

  /** Stores the next batch, however often that has to be tried. */
  async #write(): Promise<void> {
    const batch = this.#nextBatch();
    let delayMs = this.#limits.retryFromMs;
    while (!this.#isStopped) {
      try {
        this.#archivedSeq = Math.max(this.#archivedSeq, await this.#archive.append(batch));
        break;
      } catch (error) {
        if (error instanceof ArchiveRefusal) {
          this.#refuse(error);
          return;
        }
        this.#away(error);
        await this.#pause(delayMs);
        delayMs = Math.min(delayMs * 2, this.#limits.retryToMs);
      }
    }
    if (this.#isStopped && this.#archivedSeq < batch.at(-1)!.seq) return;
    this.#back();
    batch.at(-1)!.acknowledge();
    this.#held = this.#held.slice(batch.length);
    for (const { bytes } of batch) this.#heldBytes -= bytes.length;
    this.#world.count('archive_commits', batch.length);
    this.#tell();
  }

  #nextBatch(): readonly FedMessage[] {
    const { batchMessages, batchBytes } = this.#limits;
    let bytes = 0;
    let n = 0;
    while (
      n < this.#held.length &&
      n < batchMessages &&
      (n === 0 || bytes + this.#held[n]!.bytes.length <= batchBytes)
    ) {
      bytes += this.#held[n++]!.bytes.length;
    }
    return this.#held.slice(0, n);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#world.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #away(error: unknown): void {
    this.#world.count('archive_failures', 1);
    if (this.#isAway) return;
    this.#isAway = true;
    this.#world.note('warn', 'archive_away', { reason: error instanceof Error ? error.message : String(error) });
    this.#tell();
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#world.note('info', 'archive_back', { archivedSeq: this.#archivedSeq });
  }

  #refuse(error: Error): void {
    if (this.#isStopped) return;
    this.#isEnding = true;
    this.#isStopped = true;
    this.#feed?.stop();
    this.#cancelLook();
    this.#onRefusal(error);
  }

  /** Now and then, since a log whose end nobody delivers must not look archived. */
  #look(): void {
    this.#cancelLook = this.#world.after(this.#limits.lookMs, () => {
      this.#world.rawLog.lastSeq((lastSeq) => {
        if (this.#isEnding) return;
        if (lastSeq !== undefined && lastSeq < this.#archivedSeq) {
          this.#refuse(logIsBehind(this.#archive, this.#archivedSeq, lastSeq));
          return;
        }
        this.#logSeq = Math.max(this.#logSeq, lastSeq ?? 0);
        this.#tell();
        this.#look();
      });
    });
  }

  #tell(): void {
    const { archivedSeq, lag, store } = this.state;
    this.#world.count('archive_seq_now', archivedSeq);
    this.#world.count('archive_lag_now', lag);
    this.#world.count('archive_up_now', store === 'up' ? 1 : 0);
  }
}

import { YOUNG } from './connection-entry.js';
import { EntryQueue } from './entry-queue.js';

const NONE = -1;
/** Entries due within 32 ms of one another share a bucket. */
const TICK_SHIFT = 5;
/** Together 4 s: what is due later is looked at again then. */
const BUCKETS = 128;
const BUCKET_MASK = BUCKETS - 1;
const TICK_MASK = 0xffff_ffff >>> TICK_SHIFT;

/**
 * Entries that are not due at their backup yet, by when they are. They come in any order: those of a slot that was
 * taken over were created before others that wait already. None is held up by one that is due later than a tick after
 * it. Times are ms of the table.
 */
export class YoungQueue {
  private readonly buckets: readonly EntryQueue[];
  private turn = 0;
  private size = 0;

  constructor(words: Int32Array) {
    this.buckets = Array.from({ length: BUCKETS }, () => new EntryQueue(words, YOUNG));
  }

  /** Puts in an entry that is due at `due`, after `now`, unless a queue holds it. */
  add(index: number, due: number, now: number): void {
    if (this.size === 0) this.turn = now >>> TICK_SHIFT;
    const ahead = ((due >>> TICK_SHIFT) - this.turn) & TICK_MASK;
    const bucket = this.buckets[(this.turn + Math.min(ahead, BUCKET_MASK)) & BUCKET_MASK] as EntryQueue;
    const before = bucket.added;
    bucket.add(index);
    this.size += bucket.added - before;
  }

  /** How many are in it now. */
  get waiting(): number {
    return this.size;
  }

  /** The next entry whose time has come or is within this tick, or -1. */
  first(now: number): number {
    while (this.size > 0) {
      const index = (this.buckets[this.turn & BUCKET_MASK] as EntryQueue).first();
      if (index !== NONE) return index;
      if (this.isThisTick(now)) return NONE;
      this.turn = (this.turn + 1) & TICK_MASK;
    }
    return NONE;
  }

  /** Whether what `first` says belongs to the tick of `now`: some of it may not be due yet. */
  isThisTick(now: number): boolean {
    return this.turn === now >>> TICK_SHIFT;
  }

  /** Takes out everything, whenever it is due. */
  takeAll(): number[] {
    const all: number[] = [];
    for (const bucket of this.buckets) while (bucket.first() !== NONE) all.push(bucket.take());
    this.size = 0;
    return all;
  }

  /** Takes out what `first` said. */
  take(): number {
    this.size--;
    return (this.buckets[this.turn & BUCKET_MASK] as EntryQueue).take();
  }
}

import { DOOMED, ENTRY_WORDS, META, QUEUED, QUEUE_NEXT, YOUNG } from './connection-entry.js';

const NONE = -1;

/** Entries in the order they came, linked through themselves: an entry is in one queue at most, and once. */
export class EntryQueue {
  /** Entries ever put in, and ever taken out: whatever was in the queue at some instant is out once
   * `taken` reaches that instant's `added`. */
  added = 0;
  taken = 0;
  private readonly words: Int32Array;
  private readonly flag: number;
  private head = NONE;
  private tail = NONE;

  /** `flag`: the bit of an entry that says it is in this queue, `QUEUED` or `YOUNG`. */
  constructor(words: Int32Array, flag: number) {
    this.words = words;
    this.flag = flag;
  }

  /** Appends the entry unless a queue holds it. */
  add(index: number): void {
    const words = this.words;
    const at = index * ENTRY_WORDS;
    const meta = words[at + META] as number;
    if ((meta & (QUEUED | YOUNG)) !== 0) return;
    words[at + META] = meta | this.flag;
    words[at + QUEUE_NEXT] = NONE;
    if (this.tail === NONE) this.head = index;
    else words[this.tail * ENTRY_WORDS + QUEUE_NEXT] = index;
    this.tail = index;
    this.added++;
  }

  /** How many are in it now. */
  get waiting(): number {
    return this.added - this.taken;
  }

  /** The entry at the head, or -1. */
  first(): number {
    return this.head;
  }

  /** Takes the head out; the queue must not be empty. */
  take(): number {
    const index = this.head;
    const at = index * ENTRY_WORDS;
    const next = this.words[at + QUEUE_NEXT] as number;
    this.head = next;
    if (next === NONE) this.tail = NONE;
    this.words[at + META] = (this.words[at + META] as number) & ~this.flag;
    this.taken++;
    return index;
  }
}

/** Whether the entry was removed from the table and only its queue still holds it. */
export function isDoomed(words: Int32Array, index: number): boolean {
  return ((words[index * ENTRY_WORDS + META] as number) & DOOMED) !== 0;
}

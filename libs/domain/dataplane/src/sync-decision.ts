import { CREATED, DOOMED, ENTRY_WORDS, META, QUEUED, SYNC, SYNCED, YOUNG } from './connection-entry.js';
import { NONE } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import { isDoomed } from './entry-queue.js';
import { STATE } from './tcp.js';

/**
 * Whether a connection's state is due at its backup (fidelity: F-SYNC-POLICY, F-SYNC-DELAY). Strict and immediate: always.
 * Delayed: once it has lived `delayMs`, unless it has ended by then. Never: no.
 */
export function syncDue(table: ConnectionTable, index: number, now: number, delayMs: number): boolean {
  const sync = table.syncOf(index);
  if (sync !== SYNC.delayed) return sync !== SYNC.never;
  const at = index * ENTRY_WORDS;
  if (((table.words[at + META] as number) & SYNCED) !== 0) return true;
  const ageMs = (now - (table.words[at + CREATED] as number)) | 0;
  return ageMs >= delayMs && table.stateOf(index) !== STATE.closed;
}

/** Whether the present state of a connection waits to be sent, be it due or not. */
export function isWaitingToSend(table: ConnectionTable, index: number): boolean {
  return ((table.words[index * ENTRY_WORDS + META] as number) & (QUEUED | YOUNG)) !== 0;
}

/** Whether some peer was sent its state since it is served here. */
export function wasSent(table: ConnectionTable, index: number): boolean {
  return ((table.words[index * ENTRY_WORDS + META] as number) & SYNCED) !== 0;
}

/** Notes that a connection changed, so that its state is sent when due. */
export function noteChange(table: ConnectionTable, index: number, now: number, delayMs: number): void {
  if (syncDue(table, index, now, delayMs)) table.toSend.add(index);
  else if (table.syncOf(index) === SYNC.delayed && table.stateOf(index) !== STATE.closed) {
    table.young.add(index, dueAt(table, index, delayMs), now);
  }
}

/**
 * Takes the next entry to send, or -1. Its state, or its end when it is doomed, is the present one.
 * The caller writes it (`writeEntry`) and then says `sent`; or `sent(…, false)` where no backup is.
 */
export function takeToSend(table: ConnectionTable, now: number, delayMs: number): number {
  promoteYoung(table, now, delayMs);
  while (table.toSend.first() !== NONE) {
    const index = table.toSend.take();
    const meta = table.words[index * ENTRY_WORDS + META] as number;
    if ((meta & (DOOMED | SYNCED)) !== DOOMED) return index;
    // Removed before anyone had a copy: there is nothing to tell.
    table.free(index);
  }
  return NONE;
}

/** Ends what `takeToSend` began: `toBackup` is false when the slot has no one to send it to. */
export function sent(table: ConnectionTable, index: number, toBackup: boolean): void {
  if (isDoomed(table.words, index)) table.free(index);
  else if (toBackup)
    table.words[index * ENTRY_WORDS + META] = (table.words[index * ENTRY_WORDS + META] as number) | SYNCED;
}

/**
 * Queues every connection of a slot that is due, for a new backup, and those not due yet for their time; returns
 * how many are due. They are sent once `table.toSend.taken` reaches what `table.toSend.added` is after this call.
 */
export function queueSlot(table: ConnectionTable, slot: number, now: number, delayMs: number): number {
  promoteYoung(table, now, delayMs);
  let queued = 0;
  for (let index = table.firstOf(slot); index !== NONE; index = table.nextOf(index)) {
    noteChange(table, index, now, delayMs);
    if (syncDue(table, index, now, delayMs)) queued++;
  }
  return queued;
}

/** The delay is another now: what was too young may be due, or is due at another time. */
export function retimeYoung(table: ConnectionTable, now: number, delayMs: number): void {
  for (const index of table.young.takeAll()) {
    if (isDoomed(table.words, index)) table.free(index);
    else noteChange(table, index, now, delayMs);
  }
}

function promoteYoung(table: ConnectionTable, now: number, delayMs: number): void {
  const { words, young } = table;
  for (let index = young.first(now); index !== NONE; index = young.first(now)) {
    if (isDoomed(words, index)) {
      table.free(young.take());
      continue;
    }
    const due = dueAt(table, index, delayMs);
    if (((now - due) | 0) >= 0) {
      young.take();
      if (syncDue(table, index, now, delayMs)) table.toSend.add(index);
    } else if (young.isThisTick(now)) return;
    // Reopened since, or due later than the queue looks ahead.
    else young.add(young.take(), due, now);
  }
}

function dueAt(table: ConnectionTable, index: number, delayMs: number): number {
  return ((table.words[index * ENTRY_WORDS + CREATED] as number) + delayMs) | 0;
}

import { CREATED, ENTRY_WORDS, META, SEEN, STATE_MASK, STATE_SHIFT } from './connection-entry.js';
import type { ConnectionTable } from './connection-table.js';
import { STATE, timeoutTable } from './tcp.js';
import type { TimeoutSettings } from './tcp.js';

/** Ends connections whose time is up, a few entries a call, so that no call is long. */
export class Expiry {
  /** Told of a connection that this member serves, before it goes. */
  onIdle: (index: number, now: number) => void = () => {};
  private readonly table: ConnectionTable;
  private timeoutMs: Int32Array;
  private nextIndex = 0;

  constructor(table: ConnectionTable, timeouts: TimeoutSettings) {
    this.table = table;
    this.timeoutMs = timeoutTable(timeouts);
  }

  /** From now on connections live for so long. */
  setTimeouts(timeouts: TimeoutSettings): void {
    this.timeoutMs = timeoutTable(timeouts);
  }

  /** Whether the time of a connection is up: its idle time, or for a handshake the time since it began. */
  isExpired(index: number, now: number, graceMs: number): boolean {
    const words = this.table.words;
    const at = index * ENTRY_WORDS;
    const state = ((words[at + META] as number) & STATE_MASK) >>> STATE_SHIFT;
    const handshake = state === STATE.synSent || state === STATE.synReceived;
    const since = words[at + (handshake ? CREATED : SEEN)] as number;
    return ((now - since) | 0) > (this.timeoutMs[state] as number) + graceMs;
  }

  /**
   * Looks at the next `budget` entries and removes connections whose time is up; returns how many.
   * `serves[slot]` is 1 where this member serves. A copy kept for another gets `copyGraceMs` more, since its
   * owner says when it ends. Connections seen at or after `keepSince` stay: a packet of them may come again.
   */
  sweep(now: number, budget: number, serves: Uint8Array, copyGraceMs: number, keepSince: number): number {
    const table = this.table;
    const bound = table.used;
    let removed = 0;
    for (let left = Math.min(budget, bound); left > 0; left--) {
      if (this.nextIndex >= bound) this.nextIndex = 0;
      const index = this.nextIndex++;
      if (!table.isLive(index)) continue;
      const served = serves[table.slotOf(index)] === 1;
      // The copy of a forwarding entry does not hear of the packets that pass by it.
      if (!served && table.isForward(index)) continue;
      if (!this.isExpired(index, now, served ? 0 : copyGraceMs)) continue;
      if ((((table.words[index * ENTRY_WORDS + SEEN] as number) - keepSince) | 0) >= 0) continue;
      if (served) this.onIdle(index, now);
      table.remove(index, served);
      removed++;
    }
    return removed;
  }
}

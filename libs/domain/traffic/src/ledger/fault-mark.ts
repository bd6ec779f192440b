import { LatencyHistogram } from '@rehearsal/kernel';
import type { ConnectionBook } from './connection-book.js';
import { OUTCOME } from './connection-book.js';

/** What is measured from one moment (a fault) until the next mark. */
export class FaultMark {
  readonly name: string;
  readonly atMs: number;
  /** 1 for each connection that was open at the mark. */
  readonly open: Uint8Array;
  openCount = 0;
  /** Longest time with something under way and nothing delivered, counted from the mark. */
  readonly silenceMs: Float64Array;
  /** First delivery after the mark, in ms since it; -1: none yet. */
  readonly firstAfterMs: Float64Array;
  readonly worstLatencyUs: Uint32Array;
  readonly latency = new LatencyHistogram();

  constructor(name: string, atMs: number, book: ConnectionBook) {
    this.name = name;
    this.atMs = atMs;
    this.open = new Uint8Array(book.size);
    this.silenceMs = new Float64Array(book.size);
    this.firstAfterMs = new Float64Array(book.size).fill(-1);
    this.worstLatencyUs = new Uint32Array(book.size);
    for (let c = 0; c < book.size; c++) {
      if (book.outcome[c] === OUTCOME.open) {
        this.open[c] = 1;
        this.openCount++;
      }
    }
  }

  /** A connection heard nothing from `sinceMs` to `untilMs`. */
  silent(connection: number, sinceMs: number, untilMs: number): void {
    const ms = untilMs - Math.max(sinceMs, this.atMs);
    if (ms > this.silenceMs[connection]) this.silenceMs[connection] = ms;
  }

  heard(connection: number, nowMs: number, latencyUs: number): void {
    this.latency.record(latencyUs);
    if (this.firstAfterMs[connection] < 0) this.firstAfterMs[connection] = nowMs - this.atMs;
    if (latencyUs > this.worstLatencyUs[connection]) this.worstLatencyUs[connection] = latencyUs;
  }
}

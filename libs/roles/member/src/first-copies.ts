import { FLOW } from '@rehearsal/dataplane';
import type { ConnectionTable, FlowRecorder } from '@rehearsal/dataplane';
import type { Awaited } from './peer-way.js';

/** Connections whose first copy is on its way, together in one frame: their entries, and when each began. */
interface Sent {
  readonly awaited: Awaited;
  readonly entries: readonly number[];
  readonly created: readonly number[];
}

/** Tells for the record which connections are in step with their backup: once it has acknowledged their first copy. */
export class FirstCopies {
  private sent: Sent[] = [];
  private readonly connections: ConnectionTable;
  private readonly flows: FlowRecorder;

  constructor(connections: ConnectionTable, flows: FlowRecorder) {
    this.connections = connections;
    this.flows = flows;
  }

  get isOn(): boolean {
    return this.flows.isOn;
  }

  /** The entries leave in the frame that is awaited. */
  sentWith(awaited: Awaited, entries: readonly number[]): void {
    const created = entries.map((index) => this.connections.createdAt(index));
    this.sent.push({ awaited, entries, created });
  }

  /** Tells what has been acknowledged; `now` in the table's time. */
  settle(now: number): void {
    const { connections, flows, sent } = this;
    if (sent.length === 0 || !sent.some(({ awaited }) => awaited.done)) return;
    this.sent = sent.filter(({ awaited }) => !awaited.done);
    for (const { awaited, entries, created } of sent) {
      if (awaited.acked !== true) continue;
      entries.forEach((index, i) => {
        // Its place may be another connection's by now.
        if (connections.isLive(index) && connections.createdAt(index) === created[i]) {
          flows.tell(FLOW.in_step, index, now, awaited.member);
        }
      });
    }
  }

  clear(): void {
    this.sent = [];
  }
}

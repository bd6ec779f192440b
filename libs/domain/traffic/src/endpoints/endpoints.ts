import type { Ledger } from '../ledger/ledger.js';
import type { TimerWheel } from '../workload/timer-wheel.js';
import type { Workload } from '../workload/workload.js';
import { Clients } from './clients.js';
import type { Enqueue } from './ends.js';
import { Ends } from './ends.js';
import { Servers } from './servers.js';
import { STEP, stepExchange, stepKind, stepSegment } from './steps.js';

/**
 * Clients and servers of all generated connections. Each does its script: connect, ask and answer a
 * counted number of times on schedule, close. The loop is closed: a server answers only a request
 * that reached it, a client goes on only with the answer. TCP endpoints and UDP clients send again
 * after a timeout that doubles (RFC 6298; round trips are far below its least timeout of 1 s, so none
 * is measured) and give up after a counted number of repetitions, so every connection ends.
 */
export class Endpoints {
  private readonly ends: Ends;
  private readonly clients: Clients;
  private readonly servers: Servers;

  constructor(workload: Workload, wheel: TimerWheel, ledger: Ledger, enqueue: Enqueue) {
    this.ends = new Ends(workload, wheel, ledger, enqueue);
    this.clients = new Clients(this.ends);
    this.servers = new Servers(this.ends);
  }

  /** All scripts have come to an end, and nobody waits for an acknowledgement. */
  get finished(): boolean {
    const { unstarted, openConnections, closingServers } = this.ends;
    return unstarted === 0 && openConnections === 0 && closingServers === 0;
  }

  /** Connections that have begun and not come to their outcome. */
  get openConnections(): number {
    return this.ends.openConnections;
  }

  /** Schedule ms in one real ms. */
  set pace(pace: number) {
    this.ends.pace = pace;
  }

  /** The clocks of what follows: the role's, and the schedule's, which may lag behind. */
  setTime(nowMs: number, scheduleUs: number): void {
    this.ends.nowMs = nowMs;
    this.ends.nowUs = scheduleUs;
  }

  /** A timer of an endpoint has come. */
  fire(owner: number): void {
    if (owner >= this.ends.size) this.servers.fire(owner - this.ends.size);
    else this.clients.fire(owner);
  }

  /** A packet of that step reached its receiver whole. */
  arrived(connection: number, step: number): void {
    if (this.ends.ledger.deferrals.cameOutAt(connection, this.ends.nowMs)) this.ends.startAnew(connection);
    const kind = stepKind(step);
    const receivers = kind >= STEP.synAck ? this.clients : this.servers;
    receivers.hears(connection, kind, stepExchange(step), stepSegment(step));
  }

  /** No new connections and exchanges; what is under way is finished and closed, spread over `spreadUs`. */
  drain(spreadUs: number): void {
    this.clients.drain(spreadUs);
  }
}

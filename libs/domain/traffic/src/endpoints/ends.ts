import type { Ledger } from '../ledger/ledger.js';
import { fragmentsOf, segmentsOf } from '../workload/services.js';
import type { TimerWheel } from '../workload/timer-wheel.js';
import type { Workload } from '../workload/workload.js';
import { STEP, stepOf } from './steps.js';

/** Puts a packet in line for the fabric. */
export type Enqueue = (connection: number, step: number) => void;

export const CLIENT = {
  idle: 0,
  synSent: 1,
  /** Between exchanges. */
  ready: 2,
  awaiting: 3,
  closing: 4,
  /** A stream that has sent all and waits a while for the last answers. */
  lingering: 5,
  over: 6,
} as const;

export const SERVER = { listening: 0, synReceived: 1, ready: 2, responding: 3, lastAck: 4, closed: 5 } as const;

/**
 * What clients and servers have in common: the state of both ends of every generated connection,
 * repetition after a timeout, and giving up. Timers: owner `c` is the client of connection `c`,
 * owner `size + c` its server.
 */
export class Ends {
  /** Connections that have begun and not come to their outcome. */
  openConnections = 0;
  /** Connections that have not begun. */
  unstarted: number;
  /** Servers that still wait for the acknowledgement of their FIN. */
  closingServers = 0;
  readonly workload: Workload;
  readonly wheel: TimerWheel;
  readonly ledger: Ledger;
  readonly enqueue: Enqueue;
  readonly size: number;
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  /** Exchanges the client has completed; it awaits the answer to this one. */
  readonly exchange: Int32Array;
  readonly segmentsArrived: Uint8Array;
  /** Requests the server has taken. */
  readonly taken: Int32Array;
  private readonly retries: Uint8Array;
  readonly startedUs: Float64Array;
  private readonly segments: Uint8Array;
  private readonly questionFragments: Uint8Array;
  private readonly answerFragments: Uint8Array;
  private readonly transport: readonly string[];
  /** Fragments that have arrived of one question or answer, a bit each, and of which exchange; by owner as timers. */
  private readonly pieces: Uint8Array;
  private readonly piecesOf: Int32Array;
  draining = false;
  /** Schedule ms in one real ms, so that timeouts stay what they are when the plan is carried out faster. */
  pace = 1;
  nowMs = 0;
  nowUs = 0;

  constructor(workload: Workload, wheel: TimerWheel, ledger: Ledger, enqueue: Enqueue) {
    this.workload = workload;
    this.wheel = wheel;
    this.ledger = ledger;
    this.enqueue = enqueue;
    const size = workload.size;
    this.size = size;
    this.unstarted = size;
    this.client = new Uint8Array(size);
    this.server = new Uint8Array(size);
    this.exchange = new Int32Array(size);
    this.segmentsArrived = new Uint8Array(size);
    this.taken = new Int32Array(size);
    this.retries = new Uint8Array(size * 2);
    this.startedUs = new Float64Array(size);
    const { services } = workload.plan;
    this.segments = Uint8Array.from(services, segmentsOf);
    this.questionFragments = Uint8Array.from(services, (s) => fragmentsOf(s, s.requestBytes));
    this.answerFragments = Uint8Array.from(services, (s) => fragmentsOf(s, s.responseBytes));
    const cuts = this.questionFragments.some((n) => n > 1) || this.answerFragments.some((n) => n > 1);
    this.pieces = new Uint8Array(cuts ? size * 2 : 0);
    this.piecesOf = new Int32Array(cuts ? size * 2 : 0);
    this.transport = services.map((s) => s.transport);
    const first = Math.min(workload.plan.concurrent, workload.plan.total);
    for (let c = 0; c < first; c++) wheel.set(c, workload.startUs(c));
  }

  /** Puts a packet in line that is beyond the script. */
  again(c: number, step: number): void {
    this.ledger.noteResent(c);
    this.enqueue(c, step);
  }

  /** What is due at a time after the start is due from now on: whoever had to wait is not in a hurry after it. */
  startAnew(c: number): void {
    this.startedUs[c] = this.nowUs;
  }

  /** This end has heard what it waited for. */
  heardBy(owner: number): void {
    this.retries[owner] = 0;
    this.wheel.cancel(owner);
  }

  armTimeout(owner: number): void {
    const { firstMs, maxMs } = this.workload.plan.retransmit;
    this.wheel.set(owner, this.nowUs + this.scheduleUs(Math.min(firstMs * 2 ** this.retries[owner], maxMs)));
  }

  /** Real ms on the schedule. */
  scheduleUs(ms: number): number {
    return Math.ceil(ms * 1000 * this.pace);
  }

  repeatOrGiveUp(c: number, owner: number, step: number): void {
    if (this.mayRepeat(c, owner)) this.again(c, step);
  }

  mayRepeat(c: number, owner: number): boolean {
    if (this.retries[owner] >= this.workload.plan.retransmit.giveUpAfter) {
      this.giveUp(c);
      return false;
    }
    this.retries[owner]++;
    this.armTimeout(owner);
    return true;
  }

  /** Either end has had enough. One that only misses the last acknowledgement of its FIN just goes away. */
  giveUp(c: number): void {
    if (this.server[c] === SERVER.lastAck) this.closeServer(c);
    if (this.client[c] !== CLIENT.over) this.end(c, 'gave_up');
  }

  closeServer(c: number): void {
    this.server[c] = SERVER.closed;
    this.closingServers--;
    this.wheel.cancel(this.size + c);
  }

  end(c: number, outcome: 'done' | 'reset' | 'gave_up'): void {
    this.client[c] = CLIENT.over;
    this.openConnections--;
    this.wheel.cancel(c);
    if (outcome === 'gave_up') {
      this.server[c] = SERVER.closed;
      this.wheel.cancel(this.size + c);
    }
    this.ledger.close(c, outcome, this.nowMs);
    this.dismissFollowers(c);
    const { concurrent, total } = this.workload.plan;
    const successor = c + concurrent;
    if (c < total && successor < total && this.client[successor] === CLIENT.idle) {
      this.wheel.set(successor, Math.max(this.nowUs, this.workload.startUs(successor)));
    }
  }

  /** Connections that follow from this one and are due by now begin. */
  beginFollowers(c: number): void {
    if (c >= this.workload.plan.total) return;
    const { followers } = this.workload.serviceOf(c);
    for (let i = 0; i < followers.length; i++) {
      const follower = this.workload.firstFollower[c] + i;
      if (followers[i].after > this.exchange[c] || this.client[follower] !== CLIENT.idle) continue;
      if (!this.wheel.isSet(follower)) this.wheel.set(follower, this.nowUs);
    }
  }

  /** What has not begun by now has nobody to begin it. */
  private dismissFollowers(c: number): void {
    if (c >= this.workload.plan.total) return;
    const { followers } = this.workload.serviceOf(c);
    for (let i = 0; i < followers.length; i++) {
      const follower = this.workload.firstFollower[c] + i;
      if (this.client[follower] !== CLIENT.idle || this.wheel.isSet(follower)) continue;
      this.client[follower] = CLIENT.over;
      this.unstarted--;
    }
  }

  /** Puts a question or an answer in line, in all its fragments. */
  enqueueWhole(c: number, kind: number, exchange: number): void {
    const pieces = this.piecesIn(c, kind);
    for (let i = 0; i < pieces; i++) {
      // Networks overtake: of every other exchange the last fragment goes first.
      const piece = (exchange & 1) === 1 ? pieces - 1 - i : i;
      this.enqueue(c, stepOf(kind, exchange, piece));
    }
  }

  /** Whether the question or answer, of which this fragment has arrived, is there in full. */
  isComplete(c: number, kind: number, exchange: number, piece: number): boolean {
    const pieces = this.piecesIn(c, kind);
    if (pieces === 1) return true;
    const owner = kind === STEP.request ? this.size + c : c;
    if (this.piecesOf[owner] !== exchange) {
      this.piecesOf[owner] = exchange;
      this.pieces[owner] = 0;
    }
    this.pieces[owner] |= 1 << piece;
    if (this.pieces[owner] !== (1 << pieces) - 1) return false;
    this.pieces[owner] = 0;
    return true;
  }

  /** Packets of a question or answer that is not TCP. */
  piecesIn(c: number, kind: number): number {
    return (kind === STEP.request ? this.questionFragments : this.answerFragments)[this.workload.service[c]];
  }

  exchangesOf(c: number): number {
    return this.workload.exchangesOf(c);
  }

  overTcp(c: number): boolean {
    const transport = this.transportOf(c);
    return transport === 'tcp' || transport === 'refused';
  }

  transportOf(c: number): string {
    return this.transport[this.workload.service[c]];
  }

  segmentsOf(c: number): number {
    return this.segments[this.workload.service[c]];
  }
}

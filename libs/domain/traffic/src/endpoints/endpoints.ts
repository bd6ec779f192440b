import { CONNECTION_KIND } from '../ledger/connection-book.js';
import type { Ledger } from '../ledger/ledger.js';
import type { TimerWheel } from '../workload/timer-wheel.js';
import type { Workload } from '../workload/workload.js';
import { segmentsOf } from '../workload/services.js';
import { ASKED, STEP, stepExchange, stepKind, stepOf, stepSegment } from './steps.js';

const CLIENT = {
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

const SERVER = { listening: 0, synReceived: 1, ready: 2, responding: 3, lastAck: 4, closed: 5 } as const;

/** Puts a packet in line for the fabric. */
export type Enqueue = (connection: number, step: number) => void;

/**
 * Clients and servers of all generated connections. Each does its script: connect, ask and answer a
 * counted number of times on schedule, close. The loop is closed: a server answers only a request
 * that reached it, a client goes on only with the answer. TCP endpoints and UDP clients send again
 * after a timeout that doubles (RFC 6298; round trips are far below its least timeout of 1 s, so none
 * is measured) and give up after a counted number of repetitions, so every connection ends.
 * Timers: owner `c` is the client of connection `c`, owner `size + c` its server.
 */
export class Endpoints {
  /** Connections that have begun and not come to their outcome. */
  openConnections = 0;
  /** Connections that have not begun. */
  unstarted: number;
  /** Servers that still wait for the acknowledgement of their FIN. */
  closingServers = 0;
  private readonly workload: Workload;
  private readonly wheel: TimerWheel;
  private readonly ledger: Ledger;
  private readonly enqueue: Enqueue;
  private readonly size: number;
  private readonly client: Uint8Array;
  private readonly server: Uint8Array;
  /** Exchanges the client has completed; it awaits the answer to this one. */
  private readonly exchange: Int32Array;
  private readonly segmentsArrived: Uint8Array;
  /** Requests the server has taken. */
  private readonly taken: Int32Array;
  private readonly retries: Uint8Array;
  private readonly startedUs: Float64Array;
  private readonly segments: Uint8Array;
  private readonly transport: readonly string[];
  private draining = false;
  private nowMs = 0;
  private nowUs = 0;

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
    this.segments = Uint8Array.from(workload.plan.services, segmentsOf);
    this.transport = workload.plan.services.map((s) => s.transport);
    const first = Math.min(workload.plan.concurrent, size);
    for (let c = 0; c < first; c++) wheel.set(c, workload.startUs(c));
  }

  /** All scripts have come to an end, and nobody waits for an acknowledgement. */
  get finished(): boolean {
    return this.unstarted === 0 && this.openConnections === 0 && this.closingServers === 0;
  }

  /** The clocks of what follows: the role's, and the schedule's, which may lag behind. */
  setTime(nowMs: number, scheduleUs: number): void {
    this.nowMs = nowMs;
    this.nowUs = scheduleUs;
  }

  /** A timer of an endpoint has come. */
  fire(owner: number): void {
    if (owner >= this.size) this.serverTimer(owner - this.size);
    else this.clientTimer(owner);
  }

  /** A packet of that step reached its receiver whole. */
  arrived(connection: number, step: number): void {
    const kind = stepKind(step);
    if (kind >= STEP.synAck) this.clientHears(connection, kind, stepExchange(step), stepSegment(step));
    else this.serverHears(connection, kind, stepExchange(step), stepSegment(step));
  }

  /**
   * No new connections and exchanges from now on: what is under way is finished and closed, the
   * closings spread over `spreadUs` so that they are no burst.
   */
  drain(spreadUs: number): void {
    if (this.draining) return;
    this.draining = true;
    for (let c = 0; c < this.size; c++) {
      if (this.client[c] === CLIENT.idle) {
        this.wheel.cancel(c);
        this.client[c] = CLIENT.over;
        this.unstarted--;
      } else if (this.client[c] === CLIENT.ready) {
        this.wheel.set(c, this.nowUs + Math.floor((c * spreadUs) / this.size));
      }
    }
  }

  private clientTimer(c: number): void {
    switch (this.client[c]) {
      case CLIENT.idle:
        this.begin(c);
        break;
      case CLIENT.synSent:
        this.repeatOrGiveUp(c, c, stepOf(STEP.syn, 0, 0));
        break;
      case CLIENT.ready:
        this.nextExchange(c);
        break;
      case CLIENT.awaiting:
        this.repeatOrGiveUp(c, c, stepOf(STEP.request, this.exchange[c], 0));
        break;
      case CLIENT.closing:
        this.repeatOrGiveUp(c, c, stepOf(STEP.fin, this.exchange[c], 0));
        break;
      case CLIENT.lingering:
        this.end(c, this.ledger.book.delivered[c] > 0 ? 'done' : 'gave_up');
        break;
    }
  }

  private serverTimer(c: number): void {
    const owner = this.size + c;
    const exchange = this.taken[c];
    switch (this.server[c]) {
      case SERVER.synReceived:
        this.repeatOrGiveUp(c, owner, stepOf(STEP.synAck, 0, 0));
        break;
      case SERVER.responding:
        // Go back to the first segment: without an acknowledgement the server cannot know better.
        if (this.mayRepeat(c, owner)) this.sendResponse(c, exchange - 1, true);
        break;
      case SERVER.lastAck:
        this.repeatOrGiveUp(c, owner, stepOf(STEP.finAck, exchange, 0));
        break;
    }
  }

  private begin(c: number): void {
    this.unstarted--;
    this.openConnections++;
    this.startedUs[c] = this.nowUs;
    if (this.overTcp(c)) {
      this.ledger.open(c, CONNECTION_KIND.generated, this.nowMs);
      this.client[c] = CLIENT.synSent;
      this.ask(c, stepOf(STEP.syn, 0, 0));
    } else {
      this.becomeReady(c);
    }
  }

  private becomeReady(c: number): void {
    this.client[c] = CLIENT.ready;
    this.ledger.expect(c, false, this.nowMs);
    const dueUs = this.workload.dueUs(this.startedUs[c], this.exchange[c]);
    if (this.draining || dueUs <= this.nowUs) this.nextExchange(c);
    else this.wheel.set(c, dueUs);
  }

  private nextExchange(c: number): void {
    const k = this.exchange[c];
    const ended = this.draining || k >= this.workload.exchanges;
    if (this.overTcp(c)) {
      this.client[c] = ended ? CLIENT.closing : CLIENT.awaiting;
      this.ask(c, stepOf(ended ? STEP.fin : STEP.request, k, 0));
      return;
    }
    if (k === 0) this.ledger.open(c, CONNECTION_KIND.generated, this.nowMs);
    if (this.transportOf(c) === 'stream') {
      this.streamOn(c, k, ended);
    } else if (ended) {
      this.end(c, 'done');
    } else {
      this.client[c] = CLIENT.awaiting;
      this.ask(c, stepOf(STEP.request, k, 0));
    }
  }

  /** A stream sends on schedule, whatever arrives. */
  private streamOn(c: number, k: number, ended: boolean): void {
    if (!ended) {
      this.enqueue(c, stepOf(STEP.request, k, 0));
      this.exchange[c] = k + 1;
    }
    if (ended || k + 1 >= this.workload.exchanges) {
      this.client[c] = CLIENT.lingering;
      this.wheel.set(c, this.nowUs + this.workload.plan.retransmit.firstMs * 1000);
    } else {
      this.wheel.set(c, Math.max(this.nowUs, this.workload.dueUs(this.startedUs[c], k + 1)));
    }
  }

  private clientHears(c: number, kind: number, exchange: number, segment: number): void {
    const state = this.client[c];
    switch (kind) {
      case STEP.synAck:
        if (state === CLIENT.synSent) {
          this.enqueue(c, stepOf(STEP.ack, 0, 0));
          this.heardBy(c);
          this.becomeReady(c);
        } else if (state !== CLIENT.over) {
          this.acknowledgeAgain(c);
        }
        break;
      case STEP.serverAck:
        // The request is there; from now on it is the server that repeats.
        if (state === CLIENT.awaiting && exchange > this.exchange[c]) this.heardBy(c);
        break;
      case STEP.response:
        this.clientHearsResponse(c, exchange, segment);
        break;
      case STEP.finAck:
        if (state === CLIENT.closing) {
          this.enqueue(c, stepOf(STEP.lastAck, exchange, 0));
          this.end(c, 'done');
        } else if (state === CLIENT.over) {
          this.again(c, stepOf(STEP.lastAck, exchange, 0));
        }
        break;
      case STEP.reset:
        if (state === CLIENT.synSent) this.end(c, 'reset');
        break;
    }
  }

  private clientHearsResponse(c: number, exchange: number, segment: number): void {
    const transport = this.transportOf(c);
    if (transport === 'stream') {
      if (this.client[c] === CLIENT.lingering && exchange + 1 === this.exchange[c]) this.end(c, 'done');
      return;
    }
    if (this.client[c] !== CLIENT.awaiting || exchange !== this.exchange[c]) {
      if (transport === 'tcp' && this.client[c] !== CLIENT.over) this.acknowledgeAgain(c);
      return;
    }
    if (transport === 'udp') {
      this.heardBy(c);
      this.exchange[c]++;
      this.becomeReadyOrEnd(c);
      return;
    }
    this.heardBy(c);
    if (segment !== this.segmentsArrived[c]) {
      // Out of order: TCP says at once what it waits for; segments that came early are not kept.
      this.acknowledgeAgain(c);
      return;
    }
    this.segmentsArrived[c]++;
    if (this.segmentsArrived[c] < this.segmentsOf(c)) return;
    this.segmentsArrived[c] = 0;
    this.exchange[c]++;
    this.enqueue(c, stepOf(STEP.ack, this.exchange[c], 0));
    this.becomeReady(c);
  }

  private becomeReadyOrEnd(c: number): void {
    if (this.draining || this.exchange[c] >= this.workload.exchanges) this.end(c, 'done');
    else this.becomeReady(c);
  }

  private serverHears(c: number, kind: number, exchange: number, segment: number): void {
    switch (kind) {
      case STEP.syn:
        this.serverHearsSyn(c);
        break;
      case STEP.ack:
        if (this.server[c] === SERVER.synReceived) this.serverReady(c);
        else if (this.server[c] === SERVER.responding && exchange >= this.taken[c] && segment < ASKED) {
          this.serverReady(c);
        }
        break;
      case STEP.request:
        this.serverHearsRequest(c, exchange);
        break;
      case STEP.fin:
        if (this.server[c] === SERVER.listening || this.server[c] === SERVER.closed) break;
        if (this.server[c] === SERVER.lastAck) {
          this.again(c, stepOf(STEP.finAck, exchange, 0));
        } else {
          this.server[c] = SERVER.lastAck;
          this.closingServers++;
          this.retries[this.size + c] = 0;
          this.enqueue(c, stepOf(STEP.finAck, exchange, 0));
          this.armTimeout(this.size + c);
        }
        break;
      case STEP.lastAck:
        if (this.server[c] === SERVER.lastAck) this.closeServer(c);
        break;
    }
  }

  private serverHearsSyn(c: number): void {
    if (this.transportOf(c) === 'refused') {
      if (this.taken[c] > 0) this.ledger.noteResent(c);
      this.taken[c] = 1;
      this.enqueue(c, stepOf(STEP.reset, 0, 0));
    } else if (this.server[c] === SERVER.listening) {
      this.server[c] = SERVER.synReceived;
      this.enqueue(c, stepOf(STEP.synAck, 0, 0));
      this.armTimeout(this.size + c);
    } else if (this.server[c] === SERVER.synReceived) {
      this.again(c, stepOf(STEP.synAck, 0, 0));
    }
  }

  private serverHearsRequest(c: number, exchange: number): void {
    if (this.transportOf(c) !== 'tcp') {
      // Nothing to keep: an asked-again question is answered again.
      if (exchange < this.taken[c]) this.ledger.noteResent(c);
      else this.taken[c] = exchange + 1;
      this.enqueue(c, stepOf(STEP.response, exchange, 0));
      return;
    }
    if (this.server[c] === SERVER.listening || this.server[c] >= SERVER.lastAck) return;
    if (exchange < this.taken[c]) {
      this.again(c, stepOf(STEP.serverAck, this.taken[c], 0));
      return;
    }
    // The request acknowledges the handshake, or the last answer, whose own acknowledgement was lost.
    this.serverReady(c);
    this.taken[c] = exchange + 1;
    this.server[c] = SERVER.responding;
    this.sendResponse(c, exchange, false);
    this.armTimeout(this.size + c);
  }

  private sendResponse(c: number, exchange: number, repeated: boolean): void {
    const segments = this.segmentsOf(c);
    for (let i = 0; i < segments; i++) {
      if (repeated) this.ledger.noteResent(c);
      this.enqueue(c, stepOf(STEP.response, exchange, i));
    }
  }

  private serverReady(c: number): void {
    this.server[c] = SERVER.ready;
    this.heardBy(this.size + c);
  }

  private closeServer(c: number): void {
    this.server[c] = SERVER.closed;
    this.closingServers--;
    this.wheel.cancel(this.size + c);
  }

  /** The client says again what has arrived. */
  private acknowledgeAgain(c: number): void {
    const asked = this.client[c] === CLIENT.awaiting ? ASKED : 0;
    this.again(c, stepOf(STEP.ack, this.exchange[c], this.segmentsArrived[c] | asked));
  }

  private again(c: number, step: number): void {
    this.ledger.noteResent(c);
    this.enqueue(c, step);
  }

  /** The client sends something that must be answered. */
  private ask(c: number, step: number): void {
    this.ledger.expect(c, true, this.nowMs);
    this.enqueue(c, step);
    this.armTimeout(c);
  }

  private heardBy(owner: number): void {
    this.retries[owner] = 0;
    this.wheel.cancel(owner);
  }

  private armTimeout(owner: number): void {
    const { firstMs, maxMs } = this.workload.plan.retransmit;
    this.wheel.set(owner, this.nowUs + Math.min(firstMs * 2 ** this.retries[owner], maxMs) * 1000);
  }

  private repeatOrGiveUp(c: number, owner: number, step: number): void {
    if (this.mayRepeat(c, owner)) this.again(c, step);
  }

  private mayRepeat(c: number, owner: number): boolean {
    if (this.retries[owner] >= this.workload.plan.retransmit.giveUpAfter) {
      this.giveUp(c);
      return false;
    }
    this.retries[owner]++;
    this.armTimeout(owner);
    return true;
  }

  /** Either end has had enough. One that only misses the last acknowledgement of its FIN just goes away. */
  private giveUp(c: number): void {
    if (this.server[c] === SERVER.lastAck) this.closeServer(c);
    if (this.client[c] !== CLIENT.over) this.end(c, 'gave_up');
  }

  private end(c: number, outcome: 'done' | 'reset' | 'gave_up'): void {
    this.client[c] = CLIENT.over;
    this.openConnections--;
    this.wheel.cancel(c);
    if (outcome === 'gave_up') {
      this.server[c] = SERVER.closed;
      this.wheel.cancel(this.size + c);
    }
    this.ledger.close(c, outcome, this.nowMs);
    const successor = c + this.workload.plan.concurrent;
    if (successor < this.size && this.client[successor] === CLIENT.idle) {
      this.wheel.set(successor, Math.max(this.nowUs, this.workload.startUs(successor)));
    }
  }

  private overTcp(c: number): boolean {
    const transport = this.transportOf(c);
    return transport === 'tcp' || transport === 'refused';
  }

  private transportOf(c: number): string {
    return this.transport[this.workload.service[c]];
  }

  private segmentsOf(c: number): number {
    return this.segments[this.workload.service[c]];
  }
}

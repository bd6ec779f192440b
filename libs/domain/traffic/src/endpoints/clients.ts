import { CONNECTION_KIND } from '../ledger/connection-book.js';
import type { Ends } from './ends.js';
import { CLIENT } from './ends.js';
import { ASKED, STEP, stepOf } from './steps.js';

/** The clients of all generated connections: each goes through its script, one answer after the other. */
export class Clients {
  private readonly ends: Ends;

  constructor(ends: Ends) {
    this.ends = ends;
  }

  /** The client's timer has come: time to begin, to go on, or to send again. */
  fire(c: number): void {
    switch (this.ends.client[c]) {
      case CLIENT.idle:
        this.begin(c);
        break;
      case CLIENT.synSent:
        this.ends.repeatOrGiveUp(c, c, stepOf(STEP.syn, 0, 0));
        break;
      case CLIENT.ready:
        this.nextExchange(c);
        break;
      case CLIENT.awaiting:
        if (this.ends.mayRepeat(c, c)) this.askAgain(c);
        break;
      case CLIENT.closing:
        this.ends.repeatOrGiveUp(c, c, stepOf(STEP.fin, this.ends.exchange[c], 0));
        break;
      case CLIENT.lingering:
        this.linger(c);
        break;
    }
  }

  /** A stream ends when it is known what became of all it sent; that may be nothing where traffic ends early. */
  private linger(c: number): void {
    const { sent, delivered, underWay } = this.ends.ledger.book;
    if (delivered[c] === 0 && underWay[c] > 0) this.lingerOn(c);
    else this.ends.end(c, sent[c] > 0 && delivered[c] === 0 ? 'gave_up' : 'done');
  }

  private lingerOn(c: number): void {
    this.ends.wheel.set(c, this.ends.nowUs + this.ends.scheduleUs(this.ends.workload.plan.retransmit.firstMs));
  }

  private begin(c: number): void {
    this.ends.unstarted--;
    this.ends.openConnections++;
    this.ends.startedUs[c] = this.ends.nowUs;
    this.ends.beginFollowers(c);
    if (this.ends.overTcp(c)) {
      this.ends.ledger.open(c, CONNECTION_KIND.generated, this.ends.nowMs);
      this.ends.client[c] = CLIENT.synSent;
      this.ask(c, stepOf(STEP.syn, 0, 0));
    } else {
      this.becomeReady(c);
    }
  }

  private becomeReady(c: number): void {
    this.ends.client[c] = CLIENT.ready;
    this.ends.ledger.expect(c, false, this.ends.nowMs);
    const dueUs = this.ends.workload.dueUs(this.ends.startedUs[c], this.ends.exchange[c]);
    if (this.ends.draining || dueUs <= this.ends.nowUs) this.nextExchange(c);
    else this.ends.wheel.set(c, dueUs);
  }

  private nextExchange(c: number): void {
    const k = this.ends.exchange[c];
    const ended = this.ends.draining || k >= this.ends.exchangesOf(c);
    if (this.ends.overTcp(c)) {
      this.ends.client[c] = ended ? CLIENT.closing : CLIENT.awaiting;
      this.ask(c, stepOf(ended ? STEP.fin : STEP.request, k, 0));
      return;
    }
    if (k === 0) this.ends.ledger.open(c, CONNECTION_KIND.generated, this.ends.nowMs);
    const transport = this.ends.transportOf(c);
    if (transport === 'stream' || transport === 'one-way') {
      this.streamOn(c, k, ended);
    } else if (ended) {
      this.ends.end(c, 'done');
    } else {
      this.ends.client[c] = CLIENT.awaiting;
      this.ends.ledger.expect(c, true, this.ends.nowMs);
      this.ends.enqueueWhole(c, STEP.request, k);
      this.ends.armTimeout(c);
    }
  }

  /** The question again, in all its packets. */
  private askAgain(c: number): void {
    const packets = this.ends.overTcp(c) ? 1 : this.ends.piecesIn(c, STEP.request);
    for (let i = 0; i < packets; i++) this.ends.ledger.noteResent(c);
    this.ends.enqueueWhole(c, STEP.request, this.ends.exchange[c]);
  }

  /** A stream sends on schedule, whatever arrives. */
  private streamOn(c: number, k: number, ended: boolean): void {
    if (!ended) {
      this.ends.enqueue(c, stepOf(STEP.request, k, 0));
      this.ends.exchange[c] = k + 1;
      this.ends.beginFollowers(c);
    }
    if (ended || k + 1 >= this.ends.exchangesOf(c)) {
      this.ends.client[c] = CLIENT.lingering;
      this.lingerOn(c);
    } else {
      this.ends.wheel.set(c, Math.max(this.ends.nowUs, this.ends.workload.dueUs(this.ends.startedUs[c], k + 1)));
    }
  }

  /** A packet of the server has arrived. */
  hears(c: number, kind: number, exchange: number, segment: number): void {
    const state = this.ends.client[c];
    switch (kind) {
      case STEP.synAck:
        if (state === CLIENT.synSent) {
          this.ends.enqueue(c, stepOf(STEP.ack, 0, 0));
          this.ends.heardBy(c);
          this.becomeReady(c);
        } else if (state !== CLIENT.over) {
          this.acknowledgeAgain(c);
        }
        break;
      case STEP.serverAck:
        // The request is there; from now on it is the server that repeats.
        if (state === CLIENT.awaiting && exchange > this.ends.exchange[c]) this.ends.heardBy(c);
        break;
      case STEP.response:
        this.hearsResponse(c, exchange, segment);
        break;
      case STEP.finAck:
        if (state === CLIENT.closing) {
          this.ends.enqueue(c, stepOf(STEP.lastAck, exchange, 0));
          this.ends.end(c, 'done');
        } else if (state === CLIENT.over) {
          this.ends.again(c, stepOf(STEP.lastAck, exchange, 0));
        }
        break;
      case STEP.reset:
        if (state === CLIENT.synSent) this.ends.end(c, 'reset');
        break;
    }
  }

  private hearsResponse(c: number, exchange: number, segment: number): void {
    const transport = this.ends.transportOf(c);
    if (transport === 'stream') {
      if (this.ends.client[c] === CLIENT.lingering && exchange + 1 === this.ends.exchange[c]) this.ends.end(c, 'done');
      return;
    }
    if (this.ends.client[c] !== CLIENT.awaiting || exchange !== this.ends.exchange[c]) {
      if (transport === 'tcp' && this.ends.client[c] !== CLIENT.over) this.acknowledgeAgain(c);
      return;
    }
    if (transport === 'udp') {
      if (!this.ends.isComplete(c, STEP.response, exchange, segment)) return;
      this.ends.heardBy(c);
      this.ends.exchange[c]++;
      this.ends.beginFollowers(c);
      this.becomeReadyOrEnd(c);
      return;
    }
    this.ends.heardBy(c);
    if (segment !== this.ends.segmentsArrived[c]) {
      // Out of order: TCP says at once what it waits for; segments that came early are not kept.
      this.acknowledgeAgain(c);
      return;
    }
    this.ends.segmentsArrived[c]++;
    if (this.ends.segmentsArrived[c] < this.ends.segmentsOf(c)) return;
    this.ends.segmentsArrived[c] = 0;
    this.ends.exchange[c]++;
    this.ends.beginFollowers(c);
    this.ends.enqueue(c, stepOf(STEP.ack, this.ends.exchange[c], 0));
    this.becomeReady(c);
  }

  private becomeReadyOrEnd(c: number): void {
    if (this.ends.draining || this.ends.exchange[c] >= this.ends.exchangesOf(c)) this.ends.end(c, 'done');
    else this.becomeReady(c);
  }

  /** The client says again what has arrived. */
  private acknowledgeAgain(c: number): void {
    const asked = this.ends.client[c] === CLIENT.awaiting ? ASKED : 0;
    this.ends.again(c, stepOf(STEP.ack, this.ends.exchange[c], this.ends.segmentsArrived[c] | asked));
  }

  /** The client sends something that must be answered. */
  private ask(c: number, step: number): void {
    this.ends.ledger.expect(c, true, this.ends.nowMs);
    this.ends.enqueue(c, step);
    this.ends.armTimeout(c);
  }

  /**
   * No new connections and exchanges from now on: what is under way is finished and closed, the
   * closings spread over `spreadUs` so that they are no burst.
   */
  drain(spreadUs: number): void {
    if (this.ends.draining) return;
    this.ends.draining = true;
    for (let c = 0; c < this.ends.size; c++) {
      if (this.ends.client[c] === CLIENT.idle) {
        this.ends.wheel.cancel(c);
        this.ends.client[c] = CLIENT.over;
        this.ends.unstarted--;
      } else if (this.ends.client[c] === CLIENT.ready) {
        this.ends.wheel.set(c, this.ends.nowUs + Math.floor((c * spreadUs) / this.ends.size));
      }
    }
  }
}

import type { Ends } from './ends.js';
import { SERVER } from './ends.js';
import { ASKED, STEP, stepOf } from './steps.js';

/** The servers of all generated connections: they answer what reaches them. */
export class Servers {
  private readonly ends: Ends;

  constructor(ends: Ends) {
    this.ends = ends;
  }

  /** The server's timer has come: what it sent was not acknowledged. */
  fire(c: number): void {
    const owner = this.ends.size + c;
    const exchange = this.ends.taken[c];
    switch (this.ends.server[c]) {
      case SERVER.synReceived:
        this.ends.repeatOrGiveUp(c, owner, stepOf(STEP.synAck, 0, 0));
        break;
      case SERVER.responding:
        // Go back to the first segment: without an acknowledgement the server cannot know better.
        if (this.ends.mayRepeat(c, owner)) this.sendResponse(c, exchange - 1, true);
        break;
      case SERVER.lastAck:
        this.ends.repeatOrGiveUp(c, owner, stepOf(STEP.finAck, exchange, 0));
        break;
    }
  }

  /** A packet of the client has arrived. */
  hears(c: number, kind: number, exchange: number, segment: number): void {
    switch (kind) {
      case STEP.syn:
        this.hearsSyn(c);
        break;
      case STEP.ack:
        if (this.ends.server[c] === SERVER.synReceived) this.becomeReady(c);
        else if (this.ends.server[c] === SERVER.responding && exchange >= this.ends.taken[c] && segment < ASKED) {
          this.becomeReady(c);
        }
        break;
      case STEP.request:
        this.hearsRequest(c, exchange, segment);
        break;
      case STEP.fin:
        if (this.ends.server[c] === SERVER.listening || this.ends.server[c] === SERVER.closed) break;
        if (this.ends.server[c] === SERVER.lastAck) {
          this.ends.again(c, stepOf(STEP.finAck, exchange, 0));
        } else {
          this.ends.server[c] = SERVER.lastAck;
          this.ends.closingServers++;
          this.ends.heardBy(this.ends.size + c);
          this.ends.enqueue(c, stepOf(STEP.finAck, exchange, 0));
          this.ends.armTimeout(this.ends.size + c);
        }
        break;
      case STEP.lastAck:
        if (this.ends.server[c] === SERVER.lastAck) this.ends.closeServer(c);
        break;
    }
  }

  private hearsSyn(c: number): void {
    if (this.ends.transportOf(c) === 'refused') {
      if (this.ends.taken[c] > 0) this.ends.ledger.noteResent(c);
      this.ends.taken[c] = 1;
      this.ends.enqueue(c, stepOf(STEP.reset, 0, 0));
    } else if (this.ends.server[c] === SERVER.listening) {
      this.ends.server[c] = SERVER.synReceived;
      this.ends.enqueue(c, stepOf(STEP.synAck, 0, 0));
      this.ends.armTimeout(this.ends.size + c);
    } else if (this.ends.server[c] === SERVER.synReceived) {
      this.ends.again(c, stepOf(STEP.synAck, 0, 0));
    }
  }

  private hearsRequest(c: number, exchange: number, segment: number): void {
    const transport = this.ends.transportOf(c);
    if (transport !== 'tcp') {
      if (transport !== 'one-way' && this.ends.isComplete(c, STEP.request, exchange, segment)) this.answer(c, exchange);
      return;
    }
    if (this.ends.server[c] === SERVER.listening || this.ends.server[c] >= SERVER.lastAck) return;
    if (exchange < this.ends.taken[c]) {
      this.ends.again(c, stepOf(STEP.serverAck, this.ends.taken[c], 0));
      return;
    }
    // The request acknowledges the handshake, or the last answer, whose own acknowledgement was lost.
    this.becomeReady(c);
    this.ends.taken[c] = exchange + 1;
    this.ends.server[c] = SERVER.responding;
    this.sendResponse(c, exchange, false);
    this.ends.armTimeout(this.ends.size + c);
  }

  /** Nothing is kept: an asked-again question is answered again. */
  private answer(c: number, exchange: number): void {
    if (exchange >= this.ends.taken[c]) this.ends.taken[c] = exchange + 1;
    else for (let i = this.ends.piecesIn(c, STEP.response); i > 0; i--) this.ends.ledger.noteResent(c);
    this.ends.enqueueWhole(c, STEP.response, exchange);
  }

  private sendResponse(c: number, exchange: number, repeated: boolean): void {
    const segments = this.ends.segmentsOf(c);
    for (let i = 0; i < segments; i++) {
      if (repeated) this.ends.ledger.noteResent(c);
      this.ends.enqueue(c, stepOf(STEP.response, exchange, i));
    }
  }

  private becomeReady(c: number): void {
    this.ends.server[c] = SERVER.ready;
    this.ends.heardBy(this.ends.size + c);
  }
}

import type { NatsConnection } from '@nats-io/transport-node';
import type { Lane } from '@rehearsal/kernel';
import { Buffers } from './buffers.js';
import type { Inbox } from './inbox.js';
import type { TurnQueue } from './turn-queue.js';
import { Wire } from './wire.js';

export interface LaneOptions {
  readonly maxInFlightBytes: number;
  readonly onUndeliverable?: () => void;
  readonly onDrained?: () => void;
}

/** A lane that holds fewer bytes than this, or than half its bound, need not know yet that they arrived. */
const PING_AT_BYTES = 256 * 1024;

/**
 * All lanes of one connection. Bytes are in flight from `send` until the server has answered a ping
 * that followed them: then the server has routed them, and no send buffer of ours can grow past the bound.
 * A ping costs as much as a message, so it is sent only once enough is in flight for the bound to matter.
 * While the bus is down a lane is full; what was in flight then is lost or arrived, as on any wire.
 */
export class Lanes {
  readonly #connection: NatsConnection;
  readonly #wire: Wire;
  readonly #inbox: Inbox;
  readonly #turn: TurnQueue;
  readonly #guard: (run: () => void) => void;
  readonly #lanes: LiveLane[] = [];
  readonly #buffers = new Buffers();
  #up = true;
  #pinging = false;
  #scheduled = false;
  /** Counts connections, so that a ping of the last one releases nothing of this one. */
  #epoch = 0;

  constructor(connection: NatsConnection, wire: Wire, inbox: Inbox, turn: TurnQueue, guard: (run: () => void) => void) {
    this.#connection = connection;
    this.#wire = wire;
    this.#inbox = inbox;
    this.#turn = turn;
    this.#guard = guard;
  }

  /** An ordered, bounded way to the receivers of a full subject. */
  open(subject: string, options: LaneOptions): Lane {
    const { onUndeliverable } = options;
    const reply = this.#inbox.open(() => onUndeliverable?.());
    const head = Wire.head(subject, reply);
    const publish = (bytes: Uint8Array): boolean => {
      if (!this.#up) return false;
      const most = this.#connection.info?.max_payload ?? bytes.length;
      // The server would close the connection over it.
      if (bytes.length > most) throw new RangeError(`a message of ${bytes.length} bytes; the bus takes ${most}`);
      if (this.#wire.open) this.#wire.publish(head, bytes);
      // The library keeps what it is given until it has sent it, and a lane's bytes are used again.
      else this.#connection.publish(subject, bytes.slice(), { reply });
      return true;
    };
    const lane = new LiveLane(options, this.#buffers, publish, this.#askForPing);
    this.#lanes.push(lane);
    return lane;
  }

  busDown(): void {
    this.#up = false;
    this.#epoch++;
    this.#pinging = false;
  }

  busUp(): void {
    this.#up = true;
    for (const lane of this.#lanes) lane.forget();
    for (const lane of this.#lanes) this.#guard(() => lane.drained());
  }

  readonly #askForPing = (): void => {
    if (this.#scheduled || this.#pinging) return;
    this.#scheduled = true;
    this.#turn.add(this.#ping);
  };

  readonly #ping = (): void => {
    this.#scheduled = false;
    if (!this.#up || this.#pinging) return;
    this.#pinging = true;
    const epoch = this.#epoch;
    for (const lane of this.#lanes) lane.mark();
    this.#connection.flush().then(
      () => this.#ponged(epoch),
      () => undefined, // The connection broke: busDown and busUp set everything right.
    );
  };

  #ponged(epoch: number): void {
    if (epoch !== this.#epoch) return;
    this.#pinging = false;
    let more = false;
    for (const lane of this.#lanes) {
      lane.release();
      more ||= lane.wantsPing;
    }
    if (more) this.#ping();
    for (const lane of this.#lanes) this.#guard(() => lane.drained());
  }
}

class LiveLane implements Lane {
  readonly #buffers: Buffers;
  readonly #maxInFlightBytes: number;
  readonly #onDrained: (() => void) | undefined;
  readonly #publish: (bytes: Uint8Array) => boolean;
  readonly #askForPing: () => void;
  readonly #pingAtBytes: number;
  inFlightBytes = 0;
  #markedBytes = 0;
  #refused = false;

  constructor(options: LaneOptions, buffers: Buffers, publish: (bytes: Uint8Array) => boolean, askForPing: () => void) {
    this.#buffers = buffers;
    this.#maxInFlightBytes = options.maxInFlightBytes;
    this.#pingAtBytes = Math.min(PING_AT_BYTES, options.maxInFlightBytes >> 1);
    this.#askForPing = askForPing;
    this.#onDrained = options.onDrained;
    this.#publish = publish;
  }

  take(bytes: number): Uint8Array {
    return this.#buffers.take(bytes);
  }

  give(bytes: Uint8Array): void {
    this.#buffers.give(bytes);
  }

  send(bytes: Uint8Array): boolean {
    // One message always fits an empty lane, however small the bound, or it could never leave.
    const fits = this.inFlightBytes === 0 || this.inFlightBytes + bytes.length <= this.#maxInFlightBytes;
    if (!fits || !this.#publish(bytes)) {
      this.#refused = true;
      this.#askForPing();
      return false;
    }
    this.inFlightBytes += bytes.length;
    if (this.wantsPing) this.#askForPing();
    return true;
  }

  /** Whether it matters soon how much of what is in flight has arrived. */
  get wantsPing(): boolean {
    return this.inFlightBytes > 0 && (this.#refused || this.inFlightBytes >= this.#pingAtBytes);
  }

  /** What is in flight now is covered by the next ping. */
  mark(): void {
    this.#markedBytes = this.inFlightBytes;
  }

  release(): void {
    this.inFlightBytes -= this.#markedBytes;
    this.#markedBytes = 0;
  }

  forget(): void {
    this.inFlightBytes = 0;
    this.#markedBytes = 0;
  }

  /** Tells a sender that was refused that there is room again. */
  drained(): void {
    if (!this.#refused || this.inFlightBytes >= this.#maxInFlightBytes) return;
    this.#refused = false;
    this.#onDrained?.();
  }
}

import type { Lane } from '@rehearsal/kernel';
import { Call, type SimProcess } from './sim-process.js';
import { Delivery, sumOf, type Subscription } from './delivery.js';
import type { SimNetwork } from './sim-network.js';

export interface LaneOptions {
  readonly maxInFlightBytes: number;
  readonly onUndeliverable?: () => void;
  readonly onDrained?: () => void;
}

/**
 * A way to one receiver. Bytes are in flight until the bus has them; while the bus is down, the lane is full.
 * Live lanes keep the same rules, so a role meets the same refusals.
 */
export class SimLane implements Lane {
  readonly network: SimNetwork;
  readonly subject: string;
  /** Who listens at the subject; the network keeps it up to date. */
  readonly subscriptions: readonly Subscription[];
  readonly #process: SimProcess;
  readonly #incarnation: number;
  /** Index of the process the subject belongs to. */
  readonly receiver: number;
  readonly #options: LaneOptions;
  #inFlightBytes = 0;
  #refused = false;

  constructor(process: SimProcess, subject: string, receiver: number, options: LaneOptions) {
    this.network = process.world.network;
    this.subject = subject;
    this.subscriptions = this.network.subscriptions.at(subject);
    this.#process = process;
    this.#incarnation = process.incarnation;
    this.receiver = receiver;
    this.#options = options;
  }

  take(bytes: number): Uint8Array {
    return this.network.slab.take(bytes);
  }

  send(bytes: Uint8Array): boolean {
    const process = this.#process;
    if (process.incarnation !== this.#incarnation) return false;
    // One message always fits an empty lane, however small the bound, or it could never leave.
    const fits = this.#inFlightBytes === 0 || this.#inFlightBytes + bytes.length <= this.#options.maxInFlightBytes;
    if (!fits || !process.connected) {
      this.#refused = true;
      return false;
    }
    this.#inFlightBytes += bytes.length;
    const { network } = this;
    const sum = network.watchesNext() ? sumOf(bytes) : 0;
    network.send(new Delivery(process, this, bytes, sum, network.epoch), process.nowUs(), this.receiver);
    return true;
  }

  /** The bus has the message. */
  arrived(delivery: Delivery): void {
    this.#inFlightBytes -= delivery.bytes;
    if (this.#refused && this.#inFlightBytes < this.#options.maxInFlightBytes) this.#tellDrained();
  }

  #tellDrained(): void {
    this.#refused = false;
    const { onDrained } = this.#options;
    if (onDrained !== undefined && this.#process.incarnation === this.#incarnation) {
      this.#process.enqueue(new Call(this.#process, onDrained));
    }
  }

  undeliverable(delivery: Delivery): void {
    const { onUndeliverable } = this.#options;
    const process = this.#process;
    if (onUndeliverable === undefined || process.incarnation !== delivery.senderIncarnation) return;
    if (this.network.isCut(process.world.busIndex, process.index)) return;
    process.world.post(process, onUndeliverable, process.world.options.messageUs);
  }

  /** The bus is back; what was in flight is forgotten. */
  renew(): void {
    this.#inFlightBytes = 0;
    if (this.#refused) this.#tellDrained();
  }
}

import type { LinkSpec } from '@rehearsal/lab-port';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import { FaultyLinks, NO_WAYS, worst, type FaultyLink } from './faulty-links.js';
import { Item, type SimProcess } from './sim-process.js';
import type { SimLane } from './sim-lane.js';
import type { SimWorld } from './sim-world.js';

/** Who hears messages at a subject. */
export interface Subscription {
  readonly subject: string;
  readonly process: SimProcess;
  readonly incarnation: number;
  readonly group: string | undefined;
  /** For `listen`. */
  readonly on: ((bytes: Uint8Array) => void) | undefined;
  /** For `answer`. */
  readonly answer: ((body: Uint8Array, reply: (body: Uint8Array) => void) => void) | undefined;
}

/** A message on its way from a lane. */
export class Delivery extends Item {
  readonly sender: SimProcess;
  readonly senderIncarnation: number;
  readonly lane: SimLane;
  /** What travels; the sender has given it away. */
  readonly given: Uint8Array;
  /** Sum of the bytes at `send`, to see that they stay as they were; 0 of messages that are not watched. */
  readonly sum: number;
  readonly busEpoch: number;
  /** Sent, and never to arrive. */
  lost = false;
  to: Subscription | undefined;

  constructor(sender: SimProcess, lane: SimLane, given: Uint8Array, sum: number, busEpoch: number) {
    super();
    this.sender = sender;
    this.senderIncarnation = sender.incarnation;
    this.lane = lane;
    this.given = given;
    this.sum = sum;
    this.busEpoch = busEpoch;
    this.bytes = given.length;
  }

  /** The same message once more; a lane counts its bytes only once. */
  again(): Delivery {
    const { sender, lane, given, sum, busEpoch } = this;
    const other = new Delivery(sender, lane, given, sum, busEpoch);
    other.bytes = 0;
    return other;
  }

  happen(): void {
    this.lane.network.arrive(this);
  }

  handle(process: SimProcess): void {
    const { on, incarnation } = this.to!;
    if (incarnation !== process.incarnation) return;
    const { world } = process;
    const packets = packetsIn(this.given);
    if (packets > 0) process.spend(packets * world.options.cpuNsPerPacket);
    if (this.sum === 0) return on!(this.given);
    // Each hearing reads a copy that is spoilt after: who keeps it or writes to it is found out.
    const heard = world.scratch(this.given);
    on!(heard);
    if (sumOf(heard) !== this.sum) world.fail(`${process.name} changed a message it heard at ${this.to!.subject}`);
    heard.fill(0xdb);
  }
}

/** A sum that any one changed byte changes; never 0. */
export function sumOf(bytes: Uint8Array): number {
  let sum = bytes.length;
  const wholeWords = (bytes.byteOffset & 3) === 0 ? bytes.length >> 2 : 0;
  const words = new Int32Array(bytes.buffer, wholeWords === 0 ? 0 : bytes.byteOffset, wholeWords);
  for (let i = 0; i < words.length; i++) sum = Math.imul(sum ^ words[i]!, 0x01000193);
  for (let i = words.length * 4; i < bytes.length; i++) sum = Math.imul(sum ^ bytes[i]!, 0x01000193);
  return sum | 0 || 1;
}

/** Packets that a frame carries or judges, as far as the frame says so itself. */
export function packetsIn(bytes: Uint8Array): number {
  if (bytes.length < (HEADER_WORDS + 1) * 4 || (bytes.byteOffset & 3) !== 0) return 0;
  const type = bytes[0]!;
  if (type !== FRAME.packets && type !== FRAME.emit && type !== FRAME.batch && type !== FRAME.answer) return 0;
  const at = HEADER_WORDS * 4;
  return bytes[at]! | (bytes[at + 1]! << 8);
}

const SLAB_BYTES = 1 << 18;

/** The message server and the ways of all processes to one another through it. */
export class SimNetwork {
  readonly #world: SimWorld;
  readonly #subscriptions = new Map<string, Subscription[]>();
  /** By sender × receiver: when the last message arrives, so that none overtakes it. */
  readonly #lastUs: Float64Array;
  readonly #cloggedUntilUs: Float64Array;
  readonly #links = new FaultyLinks();
  state: 'up' | 'down' | 'hung' = 'up';
  /** Counts ends of the bus: what was on its way over an earlier one is gone. */
  epoch = 0;
  #held: Delivery[] = [];
  #unwatched = 0;
  #slab = new ArrayBuffer(SLAB_BYTES);
  #slabUsed = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#lastUs = new Float64Array(world.ends * world.ends);
    this.#cloggedUntilUs = new Float64Array(world.ends * world.ends);
  }

  /** A buffer for one message, cut from a larger one: far cheaper than one of its own. */
  buffer(bytes: number): Uint8Array {
    if (bytes > SLAB_BYTES >> 2) return new Uint8Array(bytes);
    if (this.#slabUsed + bytes > SLAB_BYTES) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    const buffer = new Uint8Array(this.#slab, this.#slabUsed, bytes);
    this.#slabUsed += (bytes + 7) & ~7;
    return buffer;
  }

  /** Everyone subscribed at a subject; one array for all time. */
  at(subject: string): Subscription[] {
    let at = this.#subscriptions.get(subject);
    if (at === undefined) {
      at = [];
      this.#subscriptions.set(subject, at);
    }
    return at;
  }

  /** Whether the next message is one of those that are watched. */
  watchesNext(): boolean {
    const { checkBytesOneIn } = this.#world.options;
    if (checkBytesOneIn === 0 || ++this.#unwatched < checkBytesOneIn) return false;
    this.#unwatched = 0;
    return true;
  }

  subscribe(subscription: Subscription): () => void {
    this.at(subscription.subject).push(subscription);
    return () => this.#remove(subscription);
  }

  #remove(subscription: Subscription): void {
    const at = this.#subscriptions.get(subscription.subject);
    const index = at?.indexOf(subscription) ?? -1;
    if (index >= 0) at!.splice(index, 1);
  }

  /** The bus notices that a process is gone. */
  forget(process: SimProcess, incarnation: number): void {
    for (const at of this.#subscriptions.values()) {
      for (let i = at.length - 1; i >= 0; i--) {
        if (at[i]!.process === process && at[i]!.incarnation === incarnation) at.splice(i, 1);
      }
    }
  }

  /** Who would hear a message now: subscribed, and known to the bus. */
  heardBy(subject: string): Subscription[] {
    return (this.#subscriptions.get(subject) ?? []).filter((s) => this.#known(s));
  }

  /** The bus counts on a process until it notices its end; one that has yet to reconnect it does not know. */
  #known({ process, incarnation }: Subscription): boolean {
    return process.connected || process.incarnation !== incarnation || !process.alive;
  }

  /** Index of a pair of ends; the bus itself is one. */
  #pair(from: number, to: number): number {
    return from * this.#world.ends + to;
  }

  setLink(from: number, to: number, spec: LinkSpec): void {
    this.#links.set(this.#pair(from, to), spec);
  }

  isCut(from: number, to: number): boolean {
    return this.#links.get(this.#pair(from, to))?.cut === true;
  }

  /** Whether a process and the bus cannot hear one another, one way or both. */
  isOffBus(index: number): boolean {
    const bus = this.#world.busIndex;
    return !this.#links.none && (this.isCut(index, bus) || this.isCut(bus, index));
  }

  /** Whether nothing gets from one process to another, for the way itself or either way to the bus. */
  isApart(from: number, to: number): boolean {
    if (this.#links.none) return false;
    const bus = this.#world.busIndex;
    return this.isCut(from, to) || this.isCut(from, bus) || this.isCut(bus, to);
  }

  /**
   * How much later than usual something small gets from one process to another, or to or from the bus, in µs;
   * undefined when it does not get there.
   */
  extraUs(from: number, to: number, bytes: number): number | undefined {
    if (this.#links.none) return 0;
    if (this.isApart(from, to)) return undefined;
    const { nowUs, faultRng: rng, busIndex } = this.#world;
    let atUs = nowUs;
    for (const spec of this.#links.along(this.#pair(from, to), this.#pair(from, busIndex), this.#pair(busIndex, to))) {
      const loss = spec.lossPerMillion ?? 0;
      if (loss > 0 && rng.int(1_000_000) < loss) return undefined;
      atUs = spec.passed(atUs, bytes);
    }
    return atUs - nowUs;
  }

  /** What the log says takes so much longer to one process than anything else the bus says. */
  logExtraUs(to: number): number {
    if (this.#links.none) return 0;
    return (this.#links.get(this.#pair(this.#world.busIndex, to))?.logDelayMs ?? 0) * 1000;
  }

  /** Plans the arrival of a message, or two, or none. */
  send(delivery: Delivery, departUs: number, receiver: number): void {
    const { options, faultRng: rng, heap, busIndex } = this.#world;
    const from = delivery.sender.index;
    const ways = this.#links.none
      ? NO_WAYS
      : this.#links.along(this.#pair(from, receiver), this.#pair(from, busIndex), this.#pair(busIndex, receiver));
    const loss = worst(ways, 'lossPerMillion', options.lossPerMillion);
    if (loss > 0 && rng.int(1_000_000) < loss) delivery.lost = true;
    heap.plan(delivery, this.#arrivalUs(from, receiver, departUs, ways, delivery.given.length));
    const duplicate = worst(ways, 'duplicatePerMillion', options.duplicatePerMillion);
    if (duplicate > 0 && rng.int(1_000_000) < duplicate) {
      heap.plan(delivery.again(), this.#arrivalUs(from, receiver, departUs, ways, delivery.given.length));
    }
  }

  #arrivalUs(from: number, to: number, departUs: number, ways: readonly FaultyLink[], bytes: number): number {
    const { options, faultRng: rng } = this.#world;
    const pair = this.#pair(from, to);
    let atUs = departUs + options.messageUs;
    for (const way of ways) atUs = way.passed(atUs, bytes);
    if (options.messageJitterUs > 0) atUs += rng.int(options.messageJitterUs + 1);
    if (options.clogPerMillion > 0 && rng.int(1_000_000) < options.clogPerMillion) {
      this.#cloggedUntilUs[pair] = atUs + rng.int(options.clogMaxMs * 1000 + 1);
    }
    atUs = Math.max(atUs, this.#cloggedUntilUs[pair]!);
    const reorder = worst(ways, 'reorderPerMillion', options.reorderPerMillion);
    if (reorder > 0 && rng.int(1_000_000) < reorder) return atUs + rng.int(4 * options.messageUs + 1);
    atUs = Math.max(atUs, this.#lastUs[pair]!);
    this.#lastUs[pair] = atUs;
    return atUs;
  }

  /** A message has come to the bus and, in the same moment, to whoever listens. */
  arrive(delivery: Delivery): void {
    if (this.state === 'hung' && delivery.busEpoch === this.epoch) {
      this.#held.push(delivery);
      return;
    }
    const { sender, lane } = delivery;
    if (delivery.sum !== 0 && sumOf(delivery.given) !== delivery.sum) {
      this.#world.fail(`${sender.name} changed a message after sending it to ${lane.subject}`);
    }
    if (delivery.busEpoch !== this.epoch || this.state === 'down') return;
    lane.arrived(delivery);
    if (delivery.lost) return;
    let heard = false;
    for (const subscription of lane.subscriptions) {
      if (subscription.on === undefined || !this.#known(subscription)) continue;
      const item = heard ? delivery.again() : delivery;
      heard = true;
      const { process, incarnation } = subscription;
      if (process.incarnation !== incarnation || this.isApart(sender.index, process.index)) continue;
      item.to = subscription;
      if (!process.enqueue(item)) this.#world.measure(process, 'sim_socket_overflow', 1);
    }
    if (!heard) lane.undeliverable(delivery);
  }

  /** The bus ends: what is on its way is lost, and so is what was held. */
  end(): void {
    this.state = 'down';
    this.epoch++;
    this.#held = [];
  }

  hang(): void {
    this.state = 'hung';
  }

  resume(): void {
    this.state = 'up';
    for (const delivery of this.#held.splice(0)) this.arrive(delivery);
  }

  /** A process died: of what it had sent, some first part is on its way, the rest never left. */
  keepPrefix(process: SimProcess): void {
    const sent = this.#world.heap
      .all()
      .filter((h) => h instanceof Delivery && h.sender === process && h.senderIncarnation === process.incarnation)
      .sort((a, b) => a.order - b.order) as Delivery[];
    if (sent.length === 0) return;
    const kept = this.#world.faultRng.int(sent.length + 1);
    for (const delivery of sent.slice(kept)) delivery.lost = true;
  }
}

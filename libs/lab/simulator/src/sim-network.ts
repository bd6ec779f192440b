import type { LinkSpec } from '@rehearsal/lab-port';
import { Delivery, sumOf, type Subscription } from './delivery.js';
import type { Happening } from './event-heap.js';
import { FaultyLinks, NO_WAYS, worst, type FaultyLink } from './faulty-links.js';
import { FREE_PASSAGE, Passage } from './passage.js';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

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

  /** From now on; what waits on the way goes on as the new state of the way lets it. */
  setLink(from: number, to: number, spec: LinkSpec): void {
    const pair = this.#pair(from, to);
    this.#links.set(pair, spec);
    // What waits on a way that is cut stays there until it is open again.
    if (spec.cut !== true) this.#goOn(pair);
  }

  /** A process ends, and its connection with it: what waited on the way down to it is lost, the next one has free ways. */
  hangUp({ index }: SimProcess): void {
    const [up, down] = [this.#pair(index, this.#world.busIndex), this.#pair(this.#world.busIndex, index)];
    if (this.#links.renew(down)) this.#goOn(down, true);
    if (!this.#links.renew(up)) return;
    this.#lastUs.fill(0, this.#pair(index, 0), this.#pair(index + 1, 0));
  }

  /**
   * A way is another one than before: whatever waits there sets out anew, still in order.
   * @param drop what waits there vanishes with the connection instead
   */
  #goOn(pair: number, drop = false): void {
    const { heap, nowUs } = this.#world;
    const link = this.#links.get(pair);
    const times = new Map<Happening, number>();
    const lastUs = new Map<number, number>();
    for (const happening of heap.inOrder()) {
      const { passage } = happening;
      const delivery = happening instanceof Delivery ? happening : undefined;
      if (delivery === undefined ? passage === undefined || passage.free : delivery.busEpoch !== this.epoch) continue;
      const between = passage?.between ?? this.#pair(delivery!.sender.index, delivery!.lane.receiver);
      const before = lastUs.get(between) ?? 0;
      if (drop && delivery !== undefined && passage?.waitsAt(pair, nowUs) === true) {
        delivery.lost = true;
        delivery.passage = undefined;
        times.set(delivery, nowUs);
        lastUs.set(between, before);
        continue;
      }
      const timeUs = Math.max(nowUs, happening.timeUs + (passage?.goOn(pair, link, nowUs) ?? 0), before);
      if (timeUs !== happening.timeUs) times.set(happening, timeUs);
      lastUs.set(between, timeUs);
    }
    if (times.size === 0) return;
    heap.replan(times);
    for (const [between, us] of lastUs) this.#lastUs[between] = us;
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
   * The way of something from one process to another, or to or from the bus, as it sets out now; undefined when it does
   * not get there.
   */
  passage(from: number, to: number, bytes: number): Passage | undefined {
    if (this.#links.none) return FREE_PASSAGE;
    if (this.isApart(from, to)) return undefined;
    const { nowUs, faultRng: rng, busIndex } = this.#world;
    const passage = new Passage(this.#pair(from, to), bytes, nowUs);
    for (const way of this.#links.along(this.#pair(from, to), this.#pair(from, busIndex), this.#pair(busIndex, to))) {
      const loss = way.lossPerMillion ?? 0;
      if (loss > 0 && rng.int(1_000_000) < loss) return undefined;
      passage.take(way);
    }
    return passage;
  }

  /** The same of what the log says, which may take longer than anything else the bus says. */
  passageOfLog(to: number, bytes: number): Passage | undefined {
    const { busIndex } = this.#world;
    const passage = this.passage(busIndex, to, bytes);
    const down = this.#links.get(this.#pair(busIndex, to));
    if (passage !== undefined && down !== undefined) passage.takeLate(down);
    return passage;
  }

  /** Plans the arrival of a message, or two, or none. */
  send(delivery: Delivery, departUs: number, receiver: number): void {
    const { options, faultRng: rng, busIndex } = this.#world;
    const from = delivery.sender.index;
    const ways = this.#links.none
      ? NO_WAYS
      : this.#links.along(this.#pair(from, receiver), this.#pair(from, busIndex), this.#pair(busIndex, receiver));
    const loss = worst(ways, 'lossPerMillion', options.lossPerMillion);
    if (loss > 0 && rng.int(1_000_000) < loss) delivery.lost = true;
    this.#plan(delivery, from, receiver, departUs, ways);
    const duplicate = worst(ways, 'duplicatePerMillion', options.duplicatePerMillion);
    if (duplicate > 0 && rng.int(1_000_000) < duplicate) this.#plan(delivery.again(), from, receiver, departUs, ways);
  }

  #plan(delivery: Delivery, from: number, to: number, departUs: number, ways: readonly FaultyLink[]): void {
    const pair = this.#pair(from, to);
    let extraUs = 0;
    if (ways.length > 0) {
      const passage = new Passage(pair, delivery.given.length, departUs + this.#world.options.messageUs);
      for (const way of ways) passage.take(way);
      delivery.passage = passage;
      extraUs = passage.extraUs;
    }
    this.#world.heap.plan(delivery, this.#arrivalUs(pair, departUs + extraUs, ways));
  }

  #arrivalUs(pair: number, departUs: number, ways: readonly FaultyLink[]): number {
    const { options, faultRng: rng } = this.#world;
    let atUs = departUs + options.messageUs;
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
    if (!this.#links.none) this.#lastUs.fill(0);
    for (const pair of this.#links.renewAll()) this.#goOn(pair);
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

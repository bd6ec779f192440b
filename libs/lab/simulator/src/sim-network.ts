import type { LinkSpec } from '@rehearsal/lab-port';
import { Delivery, sumOf } from './delivery.js';
import type { Happening } from './event-heap.js';
import { FaultyLinks, NO_WAYS, worst, type FaultyLink } from './faulty-links.js';
import { FREE_PASSAGE, Passage } from './passage.js';
import { Slab } from './slab.js';
import { isKnown, Subscriptions } from './subscriptions.js';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

/** The message server and the ways of all processes to one another through it. */
export class SimNetwork {
  readonly #world: SimWorld;
  readonly subscriptions = new Subscriptions();
  readonly slab = new Slab();
  /** By sender × receiver: when the last message arrives, so that none overtakes it. */
  readonly #lastUs: Float64Array;
  readonly #cloggedUntilUs: Float64Array;
  /** By sender × receiver: when the last message set out for ways of which one is metered. */
  readonly #setOutUs: Float64Array;
  #sent = 0;
  readonly #links = new FaultyLinks();
  state: 'up' | 'down' | 'hung' = 'up';
  /** Counts ends of the bus: what was on its way over an earlier one is gone. */
  epoch = 0;
  #held: Delivery[] = [];
  #unwatched = 0;

  constructor(world: SimWorld) {
    this.#world = world;
    this.#lastUs = new Float64Array(world.ends * world.ends);
    this.#cloggedUntilUs = new Float64Array(world.ends * world.ends);
    this.#setOutUs = new Float64Array(world.ends * world.ends);
  }

  /** Whether the next message is one of those that are watched. */
  watchesNext(): boolean {
    const { checkBytesOneIn } = this.#world.options;
    if (checkBytesOneIn === 0 || ++this.#unwatched < checkBytesOneIn) return false;
    this.#unwatched = 0;
    return true;
  }

  /** Index of a pair of ends; the bus itself is one. */
  #pair(from: number, to: number): number {
    return from * this.#world.ends + to;
  }

  #pairOf({ sender, lane }: Delivery): number {
    return this.#pair(sender.index, lane.receiver);
  }

  /** The ways of a message that are not as they should be, in its order. */
  #ways(from: number, to: number): readonly FaultyLink[] {
    if (this.#links.none) return NO_WAYS;
    const { busIndex } = this.#world;
    return this.#links.along(this.#pair(from, to), this.#pair(from, busIndex), this.#pair(busIndex, to));
  }

  /** From now on; what waits on the way goes on as the new state of the way lets it. */
  setLink(from: number, to: number, spec: LinkSpec): void {
    const pair = this.#pair(from, to);
    this.#links.set(pair, spec);
    // What waits on a way that is cut stays there until it is open again; it meters nothing that comes to it now.
    if (spec.cut === true) this.#planAhead(this.#underWay(), new Map());
    else this.#goOn(pair);
  }

  /** A process ends, and its connection with it: what waited on the way down to it is lost, the next one has free ways. */
  hangUp({ index }: SimProcess): void {
    const [up, down] = [this.#pair(index, this.#world.busIndex), this.#pair(this.#world.busIndex, index)];
    if (this.#links.renew(down)) this.#goOn(down, true);
    if (!this.#links.renew(up)) return;
    // What comes to a metered way down waits there in order: its times say nothing of the way up.
    for (let to = 0; to < this.#world.ends; to++) {
      if (this.#links.get(this.#pair(this.#world.busIndex, to))?.metered !== true)
        this.#lastUs[this.#pair(index, to)] = 0;
    }
  }

  /**
   * A way is another one than before: whatever waits there sets out anew, still in order.
   * @param drop what waits there vanishes with the connection instead
   */
  #goOn(pair: number, drop = false): void {
    const { nowUs } = this.#world;
    const planned = this.#underWay();
    const waits = (h: Happening): boolean => h instanceof Delivery && h.passage?.waitsAt(pair, nowUs) === true;
    const dropped = new Set(drop ? planned.filter(waits) : []);
    const shifts = this.#shiftsUs(
      pair,
      planned.filter((h) => !dropped.has(h)),
    );
    const times = new Map<Happening, number>();
    const lastUs = new Map<number, number>();
    for (const happening of planned) {
      const { passage } = happening;
      const between = passage?.between ?? this.#pairOf(happening as Delivery);
      const before = lastUs.get(between) ?? 0;
      let timeUs = Math.max(nowUs, happening.timeUs + (shifts.get(happening) ?? 0), before);
      if (dropped.has(happening)) {
        (happening as Delivery).lost = true;
        happening.passage = undefined;
        timeUs = nowUs;
        lastUs.set(between, before);
      } else if (passage !== undefined && passage.ahead.length > 0) {
        timeUs = Math.max(nowUs, passage.untilUs);
        lastUs.set(between, before);
      } else {
        lastUs.set(between, timeUs);
      }
      if (timeUs !== happening.timeUs) times.set(happening, timeUs);
    }
    if (times.size > 0) for (const [between, us] of lastUs) this.#lastUs[between] = us;
    if (this.#links.get(pair) === undefined) for (const { passage } of planned) passage?.leaveOut(pair, nowUs);
    this.#planAhead(planned, times);
  }

  /** What is on its way to somebody, so that a change of ways may matter to it; by its time. */
  #underWay(): Happening[] {
    const isUnderWay = (h: Happening): boolean =>
      h instanceof Delivery ? h.busEpoch === this.epoch : h.passage !== undefined && !h.passage.free;
    return this.#world.heap.inOrder().filter(isUnderWay);
  }

  /** Lets all that has not left a way set out on it anew, in its order there; by how much later each arrives. */
  #shiftsUs(pair: number, planned: readonly Happening[]): Map<Happening, number> {
    const link = this.#links.get(pair);
    const leavesUs = ({ passage }: Happening): number => passage?.leavesUs(pair) ?? 0;
    const there = planned.filter((h) => leavesUs(h) > 0).sort((a, b) => leavesUs(a) - leavesUs(b));
    return new Map(there.map((h) => [h, h.passage!.goOn(pair, link, this.#world.nowUs)]));
  }

  /** Gives what is planned its new times; what was to come to a metered way, and need not wait for that, goes on. */
  #planAhead(planned: readonly Happening[], times: Map<Happening, number>): void {
    const { heap, nowUs } = this.#world;
    const ahead = ({ passage }: Happening): readonly number[] => passage?.ahead ?? [];
    const isOver = (h: Happening): boolean =>
      ahead(h).length > 0 && (h.passage!.untilUs <= nowUs || this.#links.get(ahead(h)[0]!)?.metered !== true);
    const anew = planned.filter(isOver).sort((a, b) => ahead(a).length - ahead(b).length);
    for (const happening of anew) times.set(happening, this.#nextUs(happening, happening.passage!));
    if (times.size > 0) heap.replan(times, anew);
  }

  /** Something has come to a metered way. */
  reached(happening: Happening): void {
    this.#world.heap.plan(happening, this.#nextUs(happening, happening.passage!));
  }

  /** Lets something take the ways ahead of it; when it is through, or at the next metered one. */
  #nextUs(happening: Happening, passage: Passage): number {
    passage.take(this.#links.all(passage.ahead), this.#world.nowUs);
    if (passage.ahead.length > 0 || !(happening instanceof Delivery)) return passage.untilUs;
    return this.#arrivalUs(
      passage.between,
      passage.untilUs,
      this.#ways(happening.sender.index, happening.lane.receiver),
    );
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
    const ways = this.#ways(from, to);
    for (const { lossPerMillion: loss = 0 } of ways) if (loss > 0 && rng.int(1_000_000) < loss) return undefined;
    const passage = new Passage(this.#pair(from, to), this.#pair(busIndex, to), bytes, nowUs);
    passage.take(ways, nowUs);
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
    const { options, faultRng: rng } = this.#world;
    const from = delivery.sender.index;
    const ways = this.#ways(from, receiver);
    const loss = worst(ways, 'lossPerMillion', options.lossPerMillion);
    if (loss > 0 && rng.int(1_000_000) < loss) delivery.lost = true;
    this.#plan(delivery, from, receiver, departUs, ways);
    const duplicate = worst(ways, 'duplicatePerMillion', options.duplicatePerMillion);
    if (duplicate > 0 && rng.int(1_000_000) < duplicate) this.#plan(delivery.again(), from, receiver, departUs, ways);
  }

  #plan(delivery: Delivery, from: number, to: number, departUs: number, ways: readonly FaultyLink[]): void {
    const { heap, options, busIndex, nowUs } = this.#world;
    const pair = this.#pair(from, to);
    let atUs = departUs + options.messageUs;
    delivery.number = ++this.#sent;
    if (ways.length > 0) {
      if (ways.some((way) => way.metered)) atUs = this.#inOrder(pair, atUs);
      const passage = new Passage(pair, this.#pair(busIndex, to), delivery.given.length, atUs);
      passage.take(ways, nowUs);
      delivery.passage = passage;
      atUs = passage.untilUs;
      if (passage.ahead.length > 0) {
        heap.plan(delivery, atUs);
        return;
      }
    }
    heap.plan(delivery, this.#arrivalUs(pair, atUs, ways));
  }

  /** What comes to metered ways comes in the order it was sent, though it may take less long by now. */
  #inOrder(pair: number, atUs: number): number {
    this.#setOutUs[pair] = Math.max(this.#setOutUs[pair]!, atUs);
    return this.#setOutUs[pair];
  }

  /** @param throughUs when it is through all that was known to hold it up */
  #arrivalUs(pair: number, throughUs: number, ways: readonly FaultyLink[]): number {
    const { options, faultRng: rng } = this.#world;
    let atUs = throughUs;
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

  /** A message has come to the bus and, in the same moment, to whoever listens; or to a metered way. */
  arrive(delivery: Delivery): void {
    if (delivery.passage !== undefined && delivery.passage.ahead.length > 0 && delivery.busEpoch === this.epoch) {
      this.reached(delivery);
      return;
    }
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
      if (subscription.on === undefined || !isKnown(subscription)) continue;
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
      .sort((a, b) => (a as Delivery).number - (b as Delivery).number) as Delivery[];
    if (sent.length === 0) return;
    const kept = this.#world.faultRng.int(sent.length + 1);
    for (const delivery of sent.slice(kept)) delivery.lost = true;
  }
}

import { createRng, type Level, type Rng } from '@rehearsal/kernel';
import { appliancesOf, type FabricPlan, type Note, type RoleFactories } from '@rehearsal/lab-port';
import { EventHeap, Happening } from './event-heap.js';
import { SimFlows } from './sim-flows.js';
import { Invariants, type Violation } from './invariants.js';
import type { SimOptions } from './options.js';
import type { Passage } from './passage.js';
import { Retrace } from './retrace.js';
import type { SimFork } from './sim-fork.js';
import { SimLogServer } from './sim-log-server.js';
import { SimNetwork } from './sim-network.js';
import { Call, SimProcess } from './sim-process.js';
import { SimRuntime } from './sim-runtime.js';

export interface SimWorldParts {
  readonly plan: FabricPlan;
  readonly factories: RoleFactories;
  /** Everything that is left to chance follows from it. */
  readonly seed: number | string;
  readonly options: SimOptions;
  readonly fork?: SimFork | undefined;
}

/** Notes below this are not kept. */
const LEVELS: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const KEPT_LEVEL = LEVELS.info;
/** A connection over which nothing gets through is given up after this long, as live ones are. */
const CONNECTION_GIVEN_UP_US = 5_000_000;
const MAX_NOTES = 100_000;
/** A process that ends in order is gone after this long. */
const ORDERLY_STOP_MS = 200;
/** When virtual time begins unless a record says so: 2024-01-01T00:00:00Z, so that runs of one seed are alike to the byte. */
const EPOCH_MS = 1_704_067_200_000;

class Plain extends Happening {
  readonly #run: () => void;

  constructor(run: () => void) {
    super();
    this.#run = run;
  }

  happen(): void {
    this.#run();
  }
}

/** A whole fabric in one process: its clock, its bus, its log and everyone in it. Starts empty. */
export class SimWorld {
  /** With settings of this world's own, which may change while it runs. */
  readonly plan: FabricPlan;
  /** Of what is left to chance from now on. */
  seed: string;
  /** Of this moment: weather may change. */
  options: SimOptions;
  /** When virtual time begins. */
  readonly epochMs: number;
  readonly heap = new EventHeap();
  faultRng: Rng;
  readonly fork: SimFork | undefined;
  readonly network: SimNetwork;
  readonly log: SimLogServer;
  /** Follows the record of a run of real processes, as far as it goes. */
  readonly retrace: Retrace | undefined;
  readonly invariants: Invariants;
  readonly processes: readonly SimProcess[];
  readonly notes: Note[] = [];
  readonly flows: SimFlows;
  /** The number of the bus among the ends of links; processes come before it. */
  readonly busIndex: number;
  readonly ends: number;
  nowUs = 0;
  /** How many things have happened. */
  happened = 0;
  violation: Violation | undefined;
  /** Somebody looks on from outside at `lookAtUs`, between what happens before and after. */
  lookAtUs = Number.POSITIVE_INFINITY;
  onLook: () => void = () => {};
  readonly #factories: RoleFactories;
  #scratch = new ArrayBuffer(1 << 16);
  readonly #owners = new Map<string, number>();

  constructor(parts: SimWorldParts) {
    this.plan = { ...parts.plan, settings: { ...parts.plan.settings } };
    this.seed = String(parts.seed);
    this.options = parts.options;
    this.fork = parts.fork;
    const recorded = parts.fork?.recorded;
    this.epochMs = recorded === undefined ? EPOCH_MS : Math.floor(recorded.run.startedAtMs);
    this.#factories = parts.factories;
    this.faultRng = createRng(this.seed, 'world');
    this.busIndex = parts.plan.roles.length;
    this.ends = this.busIndex + 1;
    this.network = new SimNetwork(this);
    this.log = new SimLogServer(this);
    this.retrace = recorded && new Retrace(this, recorded.log, recorded.run);
    this.flows = new SimFlows(parts.plan.settings['flow.maxBytes']);
    const members = appliancesOf(parts.plan.securityGroup).map((m) => m.id);
    this.invariants = new Invariants((reason) => this.fail(reason), members);
    const clockRng = createRng(this.seed, 'clocks');
    this.processes = parts.plan.roles.map((entry, index) => {
      this.#owners.set(entry.subject, index);
      const process = new SimProcess(this, entry, index);
      const { clockOffsetMaxMs, clockDriftMaxPpm } = parts.options;
      process.clockOffsetMs = clockRng.int(2 * clockOffsetMaxMs + 1) - clockOffsetMaxMs;
      process.clockDriftPpm = clockRng.int(2 * clockDriftMaxPpm + 1) - clockDriftMaxPpm;
      return process;
    });
  }

  get nowMs(): number {
    return this.epochMs + this.nowUs / 1000;
  }

  /** A copy at an aligned place, good until the next one is made. */
  scratch(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#scratch.byteLength) this.#scratch = new ArrayBuffer(bytes.length * 2);
    const copy = new Uint8Array(this.#scratch, 0, bytes.length);
    copy.set(bytes);
    return copy;
  }

  /** Index of the process a subject belongs to; the bus's for subjects that are shared. */
  ownerOf(subject: string): number {
    return this.#owners.get(subject) ?? this.busIndex;
  }

  /** One way through the bus, drawn anew. */
  delayUs(): number {
    return this.options.messageUs + this.faultRng.int(this.options.messageJitterUs + 1);
  }

  /** @param passage how it gets there, as far as its time hangs on ways */
  later(atUs: number, run: () => void, passage?: Passage): void {
    const plain = new Plain(run);
    plain.passage = passage;
    this.heap.plan(plain, Math.max(atUs, this.nowUs));
  }

  /** Lets a process run something in a turn of its own, unless it dies before. */
  post(process: SimProcess, run: () => void, delayUs: number, passage?: Passage): Happening {
    const call = new Call(process, run);
    call.passage = passage;
    this.heap.plan(call, process.nowUs() + delayUs);
    return call;
  }

  /**
   * Lets time pass up to `untilUs`, or until `stop` says so after something has happened, or until
   * an invariant breaks. Returns whether `stop` ended it.
   */
  run(untilUs: number, stop?: () => boolean): boolean {
    const { heap, fork } = this;
    if (fork?.due === true) fork.take(this);
    while (heap.nextUs <= untilUs) {
      if (this.violation !== undefined) return false;
      if (heap.nextUs > this.lookAtUs) this.#look(heap.nextUs);
      const event = heap.take();
      this.nowUs = event.timeUs;
      this.happened++;
      event.happen();
      if (fork?.due === true) fork.take(this);
      if (stop !== undefined && stop()) return true;
    }
    if (this.violation !== undefined) return false;
    this.#look(untilUs);
    this.nowUs = untilUs;
    return false;
  }

  /** Looks as often as is due until then. */
  #look(untilUs: number): void {
    while (this.lookAtUs <= untilUs) {
      this.nowUs = Math.max(this.nowUs, this.lookAtUs);
      this.onLook();
    }
  }

  start(process: SimProcess): void {
    process.incarnation++;
    process.state = 'running';
    process.reset();
    process.metrics.clear();
    process.connected = this.network.state !== 'down';
    if (this.network.isOffBus(process.index)) this.wayChanged(process);
    this.invariants.started(process.entry.role, process.entry.id);
    const delayUs = this.faultRng.int(this.options.processStartMaxMs * 1000 + 1);
    this.post(
      process,
      () => {
        const runtime = new SimRuntime(process);
        process.runtime = runtime;
        process.role = this.#factories[process.entry.role](runtime, process.entry, this.plan, this.invariants);
        process.role.start();
      },
      delayUs,
    );
  }

  /** Ends a process at this moment, whatever it was doing. */
  crash(process: SimProcess, becomes: 'dead' | 'rebooting'): void {
    if (process.alive) {
      this.network.keepPrefix(process);
      this.network.hangUp(process);
      const { incarnation } = process;
      this.later(this.nowUs + this.options.undeliverableUs, () =>
        this.network.subscriptions.forget(process, incarnation),
      );
    }
    process.state = becomes;
    process.connected = false;
    process.role = undefined;
    process.runtime = undefined;
    process.reset();
    this.invariants.stopped(process.entry.role, process.entry.id);
  }

  /** Has a dead process started again after so long, unless somebody does so before. */
  startLater(process: SimProcess, afterMs: number): void {
    const { incarnation } = process;
    this.later(this.nowUs + Math.round(afterMs * 1000), () => {
      if (process.state === 'rebooting' && process.incarnation === incarnation) this.start(process);
    });
  }

  /** A process ends by its own wish, once what it sent is through where it does so in order, and comes back. */
  reboot(process: SimProcess, how: 'orderly' | 'panic', afterMs: number): void {
    const { incarnation } = process;
    const end = (): void => {
      if (process.incarnation !== incarnation || !process.alive) return;
      this.crash(process, 'rebooting');
      this.startLater(process, afterMs);
    };
    if (how === 'panic') return this.later(this.nowUs, end);
    this.post(process, () => process.role?.stop(ORDERLY_STOP_MS, () => {}), 0);
    this.later(this.nowUs + ORDERLY_STOP_MS * 1000, end);
  }

  hang(process: SimProcess): void {
    process.state = 'hung';
    this.invariants.stopped(process.entry.role, process.entry.id);
  }

  resume(process: SimProcess): void {
    process.state = 'running';
    this.post(process, () => {}, 0);
  }

  stopBus(): void {
    this.network.end();
    for (const process of this.processes) {
      if (!process.connected) continue;
      process.connected = false;
      this.post(process, () => process.runtime?.busIs('down'), this.delayUs());
    }
  }

  startBus(): void {
    this.network.resume();
    this.log.readyAtUs = this.nowUs + this.options.logRecoverMs * 1000;
    for (const process of this.processes) this.#reconnect(process);
  }

  /** The bus goes on where it stood; whoever was not back from its last start yet could not get through to it either. */
  resumeBus(): void {
    this.network.resume();
    for (const process of this.processes) {
      if (!process.connected && !this.network.isOffBus(process.index)) this.#reconnect(process);
    }
  }

  /** A process that lives finds its way back to the bus, each after a time of its own. */
  #reconnect(process: SimProcess): void {
    const { incarnation } = process;
    if (!process.alive) return;
    this.later(this.nowUs + this.faultRng.int(this.options.reconnectMaxMs * 1000 + 1), () => {
      if (process.incarnation !== incarnation) return;
      // A hung process keeps no connection alive; it finds the bus when it wakes.
      this.post(
        process,
        () => {
          if (process.connected || this.network.state !== 'up' || this.network.isOffBus(process.index)) return;
          process.connected = true;
          process.runtime?.busIs('up');
        },
        0,
      );
    });
  }

  /**
   * The way between a process and the bus has changed. Where nothing gets through for a while, both ends give the
   * connection up, as pings without an answer make them do; it is made anew when the way is open again.
   */
  wayChanged(process: SimProcess): void {
    const change = ++process.wayChanges;
    if (!this.network.isOffBus(process.index)) {
      if (!process.connected && this.network.state === 'up') this.#reconnect(process);
      return;
    }
    this.later(this.nowUs + CONNECTION_GIVEN_UP_US, () => {
      if (process.wayChanges !== change || !process.connected) return;
      process.connected = false;
      this.post(process, () => process.runtime?.busIs('down'), 0);
    });
  }

  /** What a process reports is kept at once while it has a way to the bus: nothing waits for it, and no time passes. */
  takeReport(process: SimProcess, bytes: Uint8Array): boolean {
    const hasWay = process.connected && this.network.state === 'up' && !this.network.isOffBus(process.index);
    if (hasWay) this.flows.take(bytes);
    return hasWay;
  }

  /** Ends the run: the first reason counts. */
  fail(reason: string): void {
    this.violation ??= { seed: this.seed, reason, atMs: this.nowUs / 1000 };
  }

  fatal(process: SimProcess, code: string, fields: Readonly<Record<string, unknown>>): void {
    this.note(process, 'error', code, fields);
    this.fail(`${process.name} stopped itself: ${code} ${JSON.stringify(fields)}`);
    this.crash(process, 'dead');
  }

  measure(process: SimProcess, name: string, n: number): void {
    process.metric(name).take(n);
  }

  note(process: SimProcess, level: Level, code: string, fields: Readonly<Record<string, unknown>>): void {
    if (LEVELS[level] < KEPT_LEVEL || this.notes.length >= MAX_NOTES) return;
    const { role, id } = process.entry;
    this.notes.push({
      atMs: this.nowMs,
      role,
      id,
      incarnation: process.incarnation,
      level,
      code,
      fields: JSON.parse(JSON.stringify(fields)) as Record<string, unknown>,
    });
  }
}

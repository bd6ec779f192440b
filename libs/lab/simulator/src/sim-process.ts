import type { Role } from '@rehearsal/kernel';
import type { ProcessState, RoleEntry } from '@rehearsal/lab-port';
import { Happening } from './event-heap.js';
import { Pile } from './pile.js';
import type { SimRuntime } from './sim-runtime.js';
import type { SimWorld } from './sim-world.js';

/** A timer of a process; it fires late when the process is busy or hung. */
export class Timer extends Happening {
  readonly process: SimProcess;
  readonly incarnation: number;
  run: (() => void) | undefined;

  constructor(process: SimProcess, run: () => void) {
    super();
    this.process = process;
    this.incarnation = process.incarnation;
    this.run = run;
  }

  happen(): void {
    if (this.run !== undefined) this.process.due(this);
  }
}

/** Something a process will handle in one of its turns: a message, an answer, a word of the bus. */
export abstract class Item extends Happening {
  /** What it occupies in the socket, in bytes. */
  bytes = 0;
  abstract handle(process: SimProcess): void;
}

/** Calls back into a process. */
export class Call extends Item {
  readonly #process: SimProcess;
  readonly #incarnation: number;
  readonly #run: () => void;

  constructor(process: SimProcess, run: () => void) {
    super();
    this.#process = process;
    this.#incarnation = process.incarnation;
    this.#run = run;
  }

  happen(): void {
    if (this.#incarnation !== this.#process.incarnation) return;
    if (this.passage !== undefined && this.passage.ahead.length > 0) this.#process.world.network.reached(this);
    else this.#process.enqueue(this);
  }

  handle(): void {
    this.#run();
  }
}

class Wake extends Happening {
  readonly process: SimProcess;
  planned = false;

  constructor(process: SimProcess) {
    super();
    this.process = process;
  }

  happen(): void {
    this.planned = false;
    this.process.wake();
  }
}

/** A counter, or a gauge where its name ends in `_now`. */
class Metric {
  value = 0;
  readonly #gauge: boolean;

  constructor(name: string) {
    this.#gauge = name.endsWith('_now');
  }

  take(n: number): void {
    this.value = this.#gauge ? n : this.value + n;
  }
}

/** Callbacks that keep queueing more of themselves would never let a turn end. */
const MAX_TURN_END_CALLS = 1_000_000;

/**
 * One process: a loop that handles, turn by turn, the timers that are due and then the messages at
 * hand, and is busy for as long as that costs. What comes meanwhile waits.
 */
export class SimProcess {
  readonly world: SimWorld;
  readonly entry: RoleEntry;
  readonly index: number;
  state: ProcessState = 'dead';
  incarnation = 0;
  role: Role | undefined;
  runtime: SimRuntime | undefined;
  /** Whether the bus has a connection to it. */
  connected = false;
  /** How often the way to the bus has changed. */
  wayChanges = 0;
  clockOffsetMs = 0;
  clockDriftPpm = 0;
  readonly metrics = new Map<string, Metric>();
  #inbox = new Pile<Item>();
  /** What the present turn handles; it and the inbox change places. */
  #atHand = new Pile<Item>();
  #inboxBytes = 0;
  #due = new Pile<Timer>();
  #dueNow = new Pile<Timer>();
  readonly #turnEnd = new Pile<() => void>();
  #inTurn = false;
  #turnStartUs = 0;
  #turnNs = 0;
  #busyUntilUs = 0;
  #usedNs = 0;
  #wake = new Wake(this);

  constructor(world: SimWorld, entry: RoleEntry, index: number) {
    this.world = world;
    this.entry = entry;
    this.index = index;
  }

  get name(): string {
    return `${this.entry.role} ${this.entry.id}`;
  }

  get alive(): boolean {
    return this.state === 'running' || this.state === 'hung';
  }

  /** What its clock shows, ms since the epoch, when the world's shows `us`. */
  clockMs(us: number): number {
    const { world, clockOffsetMs, clockDriftPpm } = this;
    return world.epochMs + clockOffsetMs + (us + Math.floor((us * clockDriftPpm) / 1_000_000)) / 1000;
  }

  /** What the world's clock shows, ms since the epoch, when this one shows `clockMs`; to the µs. */
  worldMs(clockMs: number): number {
    const { world, clockOffsetMs, clockDriftPpm } = this;
    return world.epochMs + (clockMs - world.epochMs - clockOffsetMs) / (1 + clockDriftPpm / 1_000_000);
  }

  metric(name: string): Metric {
    let metric = this.metrics.get(name);
    if (metric === undefined) {
      metric = new Metric(name);
      this.metrics.set(name, metric);
    }
    return metric;
  }

  /** True time as far as this process has come in its turn. */
  nowUs(): number {
    return this.#inTurn ? this.#turnStartUs + Math.floor(this.#turnNs / 1000) : this.world.nowUs;
  }

  /** Processor time used since it started, up to where it is in its turn. */
  cpuMs(): number {
    return (this.#usedNs + (this.#inTurn ? this.#turnNs : 0)) / 1e6;
  }

  /** Forgets all that was on its way or waiting, as a new process or a dead one does. */
  reset(): void {
    this.#inbox.clear();
    this.#inboxBytes = 0;
    this.#due.clear();
    this.#turnEnd.clear();
    this.#busyUntilUs = this.world.nowUs;
    this.#usedNs = 0;
  }

  due(timer: Timer): void {
    if (timer.incarnation !== this.incarnation || !this.alive) return;
    this.#due.add(timer);
    this.#soon();
  }

  /** False when the socket is full and the item was lost. */
  enqueue(item: Item): boolean {
    if (!this.alive) return true;
    if (this.#inboxBytes + item.bytes > this.world.options.socketBufferBytes) return false;
    this.#inbox.add(item);
    this.#inboxBytes += item.bytes;
    this.#soon();
    return true;
  }

  atTurnEnd(run: () => void): void {
    this.#turnEnd.add(run);
    if (!this.#inTurn) this.#soon();
  }

  /** Busy for so long with what it handles now. */
  spend(ns: number): void {
    this.#turnNs += ns;
  }

  #soon(): void {
    if (this.#inTurn || this.state !== 'running' || this.#wake.planned) return;
    if (this.#busyUntilUs <= this.world.nowUs) this.#turn();
    else this.#planWake(this.#busyUntilUs);
  }

  #planWake(atUs: number): void {
    if (this.#wake.planned) return;
    this.#wake.planned = true;
    this.world.heap.plan(this.#wake, atUs);
  }

  wake(): void {
    if (this.state !== 'running' || !this.#waiting()) return;
    if (this.#busyUntilUs > this.world.nowUs) this.#planWake(this.#busyUntilUs);
    else this.#turn();
  }

  #waiting(): boolean {
    return this.#inbox.count > 0 || this.#due.count > 0 || this.#turnEnd.count > 0;
  }

  #turn(): void {
    const { world } = this;
    this.#inTurn = true;
    this.#turnStartUs = world.nowUs;
    this.#turnNs = 0;
    try {
      this.#handle();
    } catch (error) {
      const { stack, message } = error instanceof Error ? error : new Error(String(error));
      world.fail(`${this.name} threw in a handler: ${stack ?? message}`);
    }
    this.#usedNs += this.#turnNs;
    let endUs = this.#turnStartUs + Math.ceil(this.#turnNs / 1000);
    if (world.options.stallPerMillionTurns > 0 && world.faultRng.int(1_000_000) < world.options.stallPerMillionTurns) {
      endUs += world.faultRng.int(world.options.stallMaxMs * 1000 + 1);
    }
    this.#busyUntilUs = endUs;
    this.#inTurn = false;
    if (this.#waiting()) this.#planWake(endUs);
  }

  #handle(): void {
    const due = this.#due;
    this.#due = this.#dueNow;
    this.#dueNow = due;
    for (let i = 0; i < due.count && this.state === 'running'; i++) {
      const timer = due.at(i);
      const { run } = timer;
      timer.run = undefined;
      run?.();
    }
    due.clear();
    const inbox = this.#inbox;
    this.#inbox = this.#atHand;
    this.#atHand = inbox;
    this.#inboxBytes = 0;
    const { cpuNsPerMessage } = this.world.options;
    for (let i = 0; i < inbox.count && this.state === 'running'; i++) {
      this.#turnNs += cpuNsPerMessage;
      inbox.at(i).handle(this);
    }
    inbox.clear();
    for (let i = 0; i < this.#turnEnd.count && this.state === 'running'; i++) {
      if (i === MAX_TURN_END_CALLS) throw new Error(`a turn of ${this.name} did not end`);
      this.#turnEnd.at(i)();
    }
    this.#turnEnd.clear();
  }
}

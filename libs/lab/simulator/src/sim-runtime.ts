import {
  createRng,
  HybridClock,
  type Cancel,
  type CommitStore,
  type Hlc,
  type Lane,
  type Level,
  type Reply,
  type Rng,
  type Runtime,
  type Self,
  type Subject,
} from '@rehearsal/kernel';
import { SimLane, type LaneOptions } from './sim-lane.js';
import { askSubject } from './sim-questions.js';
import { SimStore } from './sim-store.js';
import { Timer, type SimProcess } from './sim-process.js';

/** The world as one process of the simulation sees it, from its start to its end. */
export class SimRuntime implements Runtime {
  readonly self: Self;
  readonly log: CommitStore;
  readonly #process: SimProcess;
  readonly #incarnation: number;
  readonly #clock: HybridClock;
  readonly #busListeners = new Set<(state: 'up' | 'down') => void>();
  readonly #lanes: SimLane[] = [];

  constructor(process: SimProcess) {
    const { world, entry } = process;
    this.#process = process;
    this.#incarnation = process.incarnation;
    this.self = {
      fabric: world.plan.fabric,
      site: world.plan.site,
      role: entry.role,
      id: entry.id,
      incarnation: process.incarnation,
      ...(world.retrace && { commitsBefore: world.retrace.lastNumber }),
    };
    this.#clock = new HybridClock(() => this.nowMs());
    this.log = new SimStore(process);
  }

  nowMs(): number {
    return this.#process.clockMs(this.#process.nowUs());
  }

  hlc(): Hlc {
    return this.#clock.now();
  }

  rng(label: string): Rng {
    const { role, id, incarnation } = this.self;
    return createRng(this.#process.world.seed, `${role}.${id}.${incarnation}.${label}`);
  }

  after(delayMs: number, run: () => void): Cancel {
    const process = this.#process;
    const timer = new Timer(process, run);
    const delayUs = Math.max(0, Math.round(delayMs * 1000));
    const trueUs = delayUs - Math.floor((delayUs * process.clockDriftPpm) / 1_000_000);
    process.world.heap.plan(timer, process.nowUs() + trueUs);
    return () => {
      timer.run = undefined;
    };
  }

  cpuMs(): number {
    return this.#process.cpuMs();
  }

  spend(us: number): void {
    this.#process.spend(Math.round(us * 1000));
  }

  takeMemory(): Cancel {
    return () => {};
  }

  atTurnEnd(run: () => void): void {
    this.#process.atTurnEnd(run);
  }

  lane(to: Subject, options: LaneOptions): Lane {
    const process = this.#process;
    const lane = new SimLane(process, to, process.world.ownerOf(to), options);
    this.#lanes.push(lane);
    return lane;
  }

  listen(at: Subject, on: (bytes: Uint8Array) => void): Cancel {
    const process = this.#process;
    return process.world.network.subscriptions.add({
      subject: at,
      process,
      incarnation: this.#incarnation,
      group: undefined,
      on,
      answer: undefined,
    });
  }

  ask(to: Subject, body: Uint8Array, timeoutMs: number, done: (reply: Reply) => void): void {
    askSubject(this.#process, to, body, done, (run) => this.after(timeoutMs, run));
  }

  answer(
    at: Subject,
    group: string | undefined,
    on: (body: Uint8Array, reply: (body: Uint8Array) => void) => void,
  ): Cancel {
    const process = this.#process;
    return process.world.network.subscriptions.add({
      subject: at,
      process,
      incarnation: this.#incarnation,
      group,
      on: undefined,
      answer: on,
    });
  }

  report(_to: Subject, bytes: Uint8Array): boolean {
    return this.#process.world.takeReport(this.#process, bytes);
  }

  onBus(on: (state: 'up' | 'down') => void): Cancel {
    this.#busListeners.add(on);
    return () => this.#busListeners.delete(on);
  }

  count(id: string, n: number): void {
    this.#process.world.measure(this.#process, id, n);
  }

  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void {
    this.#process.world.note(this.#process, level, code, fields);
  }

  fatal(code: string, fields: Readonly<Record<string, unknown>>): void {
    this.#process.world.fatal(this.#process, code, fields);
  }

  reboot(how: 'orderly' | 'panic', afterMs: number): void {
    this.#process.world.reboot(this.#process, how, afterMs);
  }

  /** The connection of this process to the bus came or went. */
  busIs(state: 'up' | 'down'): void {
    if (state === 'up') for (const lane of this.#lanes) lane.renew();
    for (const on of this.#busListeners) on(state);
  }
}

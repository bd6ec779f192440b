import type { CommandReply } from '@rehearsal/kernel';
import {
  findTarget,
  inflictOn,
  LabError,
  pollUntil,
  readProbe,
  sealLog,
  targetName,
  type FabricPlan,
  type ForkPoint,
  type KillOptions,
  type Lab,
  type LabStatus,
  type LedgerSummary,
  type LinkSpec,
  type LogUsage,
  type Metric,
  type ProbeReading,
  type Reading,
  type RoleFactories,
  type RunRecord,
  type Target,
  type WaitFor,
} from '@rehearsal/lab-port';
import { calmOptions, type SimOptions } from './options.js';
import { BUS, SimFaults } from './sim-faults.js';
import { SimFork } from './sim-fork.js';
import type { SimProcess } from './sim-process.js';
import { SimRunLog } from './sim-run-log.js';
import { SimWords } from './sim-words.js';
import { SimWorld } from './sim-world.js';

export interface SimLabParts {
  readonly plan: FabricPlan;
  readonly factories: RoleFactories;
  readonly seed: number;
  /** On top of `calmOptions` of the plan's settings. */
  readonly options?: Partial<SimOptions>;
  /** Goes on otherwise from a point of a recorded run of this plan and seed on. */
  readonly fork?: { readonly point: ForkPoint; readonly options?: Partial<SimOptions> };
  /** Hash of the machine code, for the lab's own commits. */
  readonly build?: string;
}

const UP_WITHIN_MS = 30_000;
const COMMAND_TIMEOUT_MS = 5_000;
const STOP_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 10;

/** A simulated fabric: waiting lets virtual time pass, and the same seed gives the same run to the byte. */
export class SimLab implements Lab {
  readonly world = 'simulated';
  readonly plan: FabricPlan;
  readonly targets: readonly Target[];
  /** For tests that look closer than a lab may. */
  readonly sim: SimWorld;
  readonly #seed: number;
  readonly #faults: SimFaults;
  readonly #runLog: SimRunLog;
  readonly #words: SimWords;
  #isUp = false;
  #record: RunRecord | undefined;

  constructor(parts: SimLabParts) {
    const options = { ...calmOptions(parts.plan.settings), ...parts.options };
    this.plan = parts.plan;
    this.targets = [...parts.plan.roles.map(({ role, id }) => ({ role, id })), BUS];
    const { plan, factories, seed } = parts;
    const fork = parts.fork && new SimFork(parts.fork.point, parts.fork.options);
    this.sim = new SimWorld({ plan, factories, seed, options, fork });
    this.#seed = parts.seed;
    this.#faults = new SimFaults(this.sim, (target) => this.#process(target));
    this.#runLog = new SimRunLog(this.sim, parts.seed, parts.build ?? 'unbuilt');
    this.#words = new SimWords(this.sim, parts.plan);
  }

  get runId(): string {
    return this.#runLog.runId;
  }

  nowMs(): number {
    return this.sim.nowMs;
  }

  async up(): Promise<void> {
    if (this.#isUp) throw new LabError('bad-input', 'This fabric is up already.', 'Take it down first.');
    this.#isUp = true;
    const { fabric, profile, settings } = this.plan;
    this.#runLog.commit({
      ...this.#runLog.input('open'),
      runId: this.runId,
      fabric,
      profile,
      world: this.world,
      settings,
    });
    this.sim.retrace?.begin();
    for (const process of this.sim.processes) this.sim.start(process);
    const deadlineUs = this.sim.nowUs + UP_WITHIN_MS * 1000;
    while (!this.sim.processes.every((p) => p.role?.health().ready === true)) {
      if (this.sim.nowUs >= deadlineUs) {
        const late = this.sim.processes.filter((p) => p.role?.health().ready !== true).map((p) => p.name);
        throw new LabError(
          'environment',
          `After ${UP_WITHIN_MS} virtual ms these are not ready: ${late.join(', ')}.`,
          `Run seed ${this.#seed} again to look closer.`,
        );
      }
      this.#pass(LOOK_EVERY_MS);
    }
  }

  async status(): Promise<LabStatus> {
    this.#assertUp();
    const answers = new Map<SimProcess, CommandReply>();
    const asked = this.sim.processes.filter((p) => p.state === 'running');
    for (const process of asked) this.#words.post(process, { name: 'status' }, (reply) => answers.set(process, reply));
    this.#pass(100, () => answers.size === asked.length);
    return this.#words.statusFrom(answers);
  }

  async kill(target: Target, options?: KillOptions): Promise<void> {
    this.#assertUp();
    this.#faults.kill(target, options);
  }

  async hang(target: Target): Promise<void> {
    this.#assertUp();
    this.#faults.hang(target);
  }

  async resume(target: Target): Promise<void> {
    this.#assertUp();
    this.#faults.resume(target);
  }

  async restart(target: Target): Promise<void> {
    this.#assertUp();
    this.#faults.restart(target);
    this.#assertWhole();
  }

  async link(from: Target, to: Target, spec: LinkSpec): Promise<void> {
    this.#assertUp();
    this.#faults.link(from, to, spec);
  }

  async limitLog(roomBytes: number | null): Promise<void> {
    this.#assertUp();
    this.#faults.limitLog(roomBytes);
  }

  async logUsage(): Promise<LogUsage> {
    this.#assertUp();
    return this.sim.log.usage;
  }

  async inflict(
    target: Target,
    command: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
    timeoutMs?: number,
  ): Promise<void> {
    this.#faults.records.push(await inflictOn(this, target, command, timeoutMs));
  }

  async command(
    target: Target,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number = COMMAND_TIMEOUT_MS,
  ): Promise<CommandReply> {
    this.#assertUp();
    const process = this.#process(target);
    let reply: CommandReply | undefined;
    if (process.alive) this.#words.post(process, command, (r) => (reply = r));
    this.#pass(timeoutMs, () => reply !== undefined);
    if (reply !== undefined) return reply;
    throw new LabError(
      'environment',
      `${targetName(target)} did not answer '${command.name}' within ${timeoutMs} ms; it is ${process.state}.`,
      'Resume or restart it, or wait longer.',
    );
  }

  async probe(name: string, args?: Readonly<Record<string, unknown>>): Promise<ProbeReading> {
    this.#assertUp();
    return readProbe(this, name, args);
  }

  async ledger(): Promise<LedgerSummary> {
    const reply = await this.command({ role: 'outside-world', id: 'outside' }, { name: 'ledger' });
    if (reply.ok) return reply.body as LedgerSummary;
    throw new LabError('environment', `The outside world has no ledger: ${reply.reason}.`, 'Start traffic first.');
  }

  watch(everyMs: number, on: (reading: Reading) => void): () => void {
    const { sim } = this;
    const everyUs = Math.max(1, Math.round(everyMs * 1000));
    sim.lookAtUs = sim.nowUs;
    sim.onLook = () => {
      sim.lookAtUs += everyUs;
      on(this.#words.reading());
    };
    return () => {
      sim.lookAtUs = Number.POSITIVE_INFINITY;
    };
  }

  async log(): Promise<readonly string[]> {
    this.#assertUp();
    return this.sim.log.lines();
  }

  async metrics(): Promise<readonly Metric[]> {
    this.#assertUp();
    return this.#metricsNow();
  }

  async waitMs(ms: number): Promise<void> {
    this.#assertUp();
    this.#pass(ms);
  }

  at(afterMs: number, run: () => void): void {
    this.sim.later(Math.round(afterMs * 1000), run);
  }

  waitUntil(wait: WaitFor, timeoutMs: number): Promise<ProbeReading> {
    return pollUntil(this, wait, timeoutMs, LOOK_EVERY_MS);
  }

  /** From now on the world does nothing worse than take time; what it has begun goes on. */
  calm(): void {
    this.sim.options = calmOptions(this.sim.plan.settings);
  }

  /** The lab's time when the clock of that process showed `ms`: clocks differ, and so does what processes note. */
  momentOf(target: Target, ms: number): number {
    return this.#process(target).worldMs(ms);
  }

  /** When each line of the log was stored, by the lab's time. */
  storedAtMs(): readonly number[] {
    return [...this.sim.log.storedAtMs];
  }

  async collect(): Promise<RunRecord> {
    if (this.#record !== undefined) return this.#record;
    this.#assertUp();
    const { retrace } = this.sim;
    if (retrace?.isOver === false) this.#pass(retrace.restMs, () => retrace.isOver);
    const traffic = this.#process({ role: 'outside-world', id: 'outside' });
    const ledger = traffic.state === 'running' ? await this.ledger().catch(() => null) : null;
    // What ends the log needs room in it.
    if (this.sim.log.limited) await this.limitLog(null);
    this.#runLog.commit({
      ...this.#runLog.input('close'),
      streams: this.sim.log.heads().filter((s) => !s.stream.startsWith('run.')),
      lastSeq: this.sim.log.lastSeq,
    });
    const log = this.sim.log.lines();
    this.#words.report();
    this.#record = {
      runId: this.runId,
      world: this.world,
      seed: this.#seed,
      startedAtMs: this.sim.epochMs,
      endedAtMs: this.nowMs(),
      plan: this.plan,
      settings: this.plan.settings,
      seal: sealLog(log, this.plan.site),
      log,
      faults: this.#faults.records,
      notes: this.sim.notes,
      metrics: this.#metricsNow(),
      ledger,
      flows: [...this.sim.flows.batches()],
      ...this.sim.fork?.taken,
    };
    return this.#record;
  }

  async down(): Promise<void> {
    if (!this.#isUp) return;
    let waiting = 0;
    for (const process of this.sim.processes) {
      if (process.state !== 'running' || process.role === undefined) continue;
      waiting++;
      this.sim.post(process, () => process.role!.stop(STOP_WITHIN_MS, () => waiting--), 0);
    }
    this.sim.run(this.sim.nowUs + STOP_WITHIN_MS * 1000, () => waiting === 0);
    for (const process of this.sim.processes) this.sim.crash(process, 'dead');
    this.#isUp = false;
  }

  #metricsNow(): Metric[] {
    return this.sim.processes.filter(({ state }) => state === 'running').flatMap(metricsOf);
  }

  #assertUp(): void {
    if (!this.#isUp) throw new LabError('environment', 'This fabric is not up.', 'Bring it up first.');
    this.#assertWhole();
  }

  #assertWhole(): void {
    const { violation, fork } = this.sim;
    fork?.assertSame();
    if (violation === undefined) return;
    throw new LabError(
      'deviated',
      `Seed ${violation.seed}, after ${violation.atMs} ms: ${violation.reason}.`,
      'The same seed with the same build and options leads there again.',
    );
  }

  #pass(ms: number, stop?: () => boolean): void {
    this.sim.run(this.sim.nowUs + Math.round(ms * 1000), stop);
    this.#assertWhole();
  }

  #process(target: Target): SimProcess {
    findTarget(`${target.role} ${target.id}`, this.targets);
    const process = this.sim.processes.find((p) => p.entry.role === target.role && p.entry.id === target.id);
    if (process !== undefined) return process;
    throw new LabError('bad-input', `The ${targetName(target)} takes no such word.`, 'Name a process of the fabric.');
  }
}

/** As a live process would show them: since it started. */
function metricsOf({ entry: { role, id }, metrics }: SimProcess): Metric[] {
  return [...metrics].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { value }]) => ({ role, id, name, value }));
}

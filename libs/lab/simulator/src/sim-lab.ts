import { createRng, encodeCommit, type Command, type CommandReply } from '@rehearsal/kernel';
import {
  dumpAndRebootMs,
  findTarget,
  inflictOn,
  labStatus,
  LabError,
  linkFault,
  pollUntil,
  processStatus,
  readProbe,
  runMachine,
  sameTarget,
  sealLog,
  targetName,
  type FabricPlan,
  type FaultRecord,
  type KillOptions,
  type Lab,
  type LabStatus,
  type LedgerSummary,
  type LinkSpec,
  type LogUsage,
  type Metric,
  type ProbeReading,
  type Reading,
  type ProcessStatus,
  type RoleFactories,
  type RunInput,
  type RunRecord,
  type Target,
  type WaitFor,
} from '@rehearsal/lab-port';
import { calmOptions, type SimOptions } from './options.js';
import type { SimProcess } from './sim-process.js';
import { SimWorld } from './sim-world.js';

export interface SimLabParts {
  readonly plan: FabricPlan;
  readonly factories: RoleFactories;
  readonly seed: number;
  /** On top of `calmOptions` of the plan's settings. */
  readonly options?: Partial<SimOptions>;
  /** Hash of the machine code, for the lab's own commits. */
  readonly build?: string;
}

const BUS: Target = { role: 'bus', id: 'bus' };
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
  readonly #build: string;
  readonly #faults: FaultRecord[] = [];
  readonly #ids;
  #commands = 0;
  #isUp = false;
  #record: RunRecord | undefined;

  constructor(parts: SimLabParts) {
    const options = { ...calmOptions(parts.plan.settings), ...parts.options };
    this.plan = parts.plan;
    this.targets = [...parts.plan.roles.map(({ role, id }) => ({ role, id })), BUS];
    this.sim = new SimWorld({ plan: parts.plan, factories: parts.factories, seed: parts.seed, options });
    this.#seed = parts.seed;
    this.#build = parts.build ?? 'unbuilt';
    this.#ids = createRng(parts.seed, 'lab');
  }

  get runId(): string {
    return `sim-${this.#seed}`;
  }

  nowMs(): number {
    return this.sim.nowMs;
  }

  async up(): Promise<void> {
    if (this.#isUp) throw new LabError('bad-input', 'This fabric is up already.', 'Take it down first.');
    this.#isUp = true;
    const { fabric, profile, settings } = this.plan;
    this.#commit({ ...this.#input('open'), runId: this.runId, fabric, profile, world: this.world, settings });
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
    for (const process of asked) this.#post(process, { name: 'status' }, (reply) => answers.set(process, reply));
    this.#pass(100, () => answers.size === asked.length);
    return this.#statusFrom(answers);
  }

  #statusFrom(answers: ReadonlyMap<SimProcess, CommandReply>): LabStatus {
    const rows: ProcessStatus[] = this.sim.processes.map((p) =>
      processStatus(
        {
          role: p.entry.role,
          id: p.entry.id,
          process: p.state,
          pid: null,
          incarnation: p.incarnation,
          ready: p.state === 'running' && p.role?.health().ready === true,
        },
        answers.get(p),
      ),
    );
    return labStatus(this.plan, this.nowMs(), this.sim.network.state === 'down' ? 'down' : 'up', rows);
  }

  async kill(target: Target, options: KillOptions = {}): Promise<void> {
    this.#assertUp();
    const rebootAfterMs =
      options.rebootAfterMs === undefined ? dumpAndRebootMs(this.plan.settings) : options.rebootAfterMs;
    if (sameTarget(target, BUS)) {
      this.sim.stopBus();
      return this.#noteFault('kill', target, {});
    }
    const process = this.#process(target);
    if (!process.alive) throw this.#refusal(process, 'does not run', 'Restart it first.');
    this.sim.crash(process, rebootAfterMs === null ? 'dead' : 'rebooting');
    const { incarnation } = process;
    if (rebootAfterMs !== null) {
      this.sim.later(this.sim.nowUs + rebootAfterMs * 1000, () => {
        if (process.state === 'rebooting' && process.incarnation === incarnation) this.sim.start(process);
      });
    }
    this.#noteFault(rebootAfterMs === null ? 'kill' : 'panic', target, rebootAfterMs === null ? {} : { rebootAfterMs });
  }

  async hang(target: Target): Promise<void> {
    this.#assertUp();
    if (sameTarget(target, BUS)) {
      this.#assertBus('up', 'Start or resume it first.');
      this.sim.network.hang();
    } else {
      const process = this.#process(target);
      if (process.state !== 'running') throw this.#refusal(process, 'does not run', 'Restart or resume it first.');
      this.sim.hang(process);
    }
    this.#noteFault('hang', target, {});
  }

  async resume(target: Target): Promise<void> {
    this.#assertUp();
    if (sameTarget(target, BUS)) {
      this.#assertBus('hung', 'Hang it first.');
      this.sim.resumeBus();
    } else {
      const process = this.#process(target);
      if (process.state !== 'hung') throw this.#refusal(process, 'is not hung', 'Hang it first.');
      this.sim.resume(process);
    }
    this.#noteFault('resume', target, {});
  }

  async restart(target: Target): Promise<void> {
    this.#assertUp();
    if (sameTarget(target, BUS)) {
      if (this.sim.network.state !== 'down') this.sim.stopBus();
      this.#pass(this.sim.options.busRestartMs);
      this.sim.startBus();
    } else {
      const process = this.#process(target);
      if (process.alive) this.sim.crash(process, 'dead');
      this.sim.start(process);
    }
    this.#noteFault('restart', target, {});
  }

  async link(from: Target, to: Target, spec: LinkSpec): Promise<void> {
    this.#assertUp();
    const [a, b] = [this.#end(from), this.#end(to)];
    if (a === b) throw new LabError('bad-input', `A link of ${targetName(from)} to itself.`, 'Name two ends.');
    const { bothWays, ...faults } = spec;
    this.sim.network.setLink(a, b, faults);
    if (bothWays !== false) this.sim.network.setLink(b, a, faults);
    for (const end of [a, b]) {
      const process = this.sim.processes[end];
      if (process !== undefined) this.sim.wayChanged(process);
    }
    this.#noteFault(...linkFault(from, to, spec));
  }

  async limitLog(roomBytes: number | null): Promise<void> {
    this.#assertUp();
    this.sim.log.limit(roomBytes);
    this.#noteFault(roomBytes === null ? 'disk-free' : 'disk-full', BUS, roomBytes === null ? {} : { roomBytes });
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
    this.#faults.push(await inflictOn(this, target, command, timeoutMs));
  }

  async command(
    target: Target,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number = COMMAND_TIMEOUT_MS,
  ): Promise<CommandReply> {
    this.#assertUp();
    const process = this.#process(target);
    let reply: CommandReply | undefined;
    if (process.alive) this.#post(process, command, (r) => (reply = r));
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
      on(this.#reading());
    };
    return () => {
      sim.lookAtUs = Number.POSITIVE_INFINITY;
    };
  }

  /** Asks roles directly, in no turn of theirs: no message is sent, no time passes and nothing is left to chance. */
  #reading(): Reading {
    const asked = new Map<SimProcess, CommandReply>();
    for (const process of this.sim.processes) {
      if (process.state !== 'running') continue;
      process.role?.command({ id: 'watch', name: 'status', args: {} }, (reply) => asked.set(process, reply));
    }
    let progress: unknown;
    const traffic = this.sim.processes.find((p) => p.entry.role === 'outside-world');
    if (traffic?.state === 'running') {
      traffic.role?.command({ id: 'watch', name: 'progress', args: {} }, (reply) => {
        if (reply.ok) progress = reply.body;
      });
    }
    return { status: this.#statusFrom(asked), progress };
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

  waitUntil(wait: WaitFor, timeoutMs: number): Promise<ProbeReading> {
    return pollUntil(this, wait, timeoutMs, LOOK_EVERY_MS);
  }

  /** From now on the world does nothing worse than take time; what it has begun goes on. */
  calm(): void {
    this.sim.options = calmOptions(this.plan.settings);
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
    const traffic = this.#process({ role: 'outside-world', id: 'outside' });
    const ledger = traffic.state === 'running' ? await this.ledger().catch(() => null) : null;
    // What ends the log needs room in it.
    if (this.sim.log.limited) await this.limitLog(null);
    this.#commit({
      ...this.#input('close'),
      streams: this.sim.log.heads().filter((s) => !s.stream.startsWith('run.')),
      lastSeq: this.sim.log.lastSeq,
    });
    const log = this.sim.log.lines();
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
      faults: this.#faults,
      notes: this.sim.notes,
      metrics: this.#metricsNow(),
      ledger,
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

  #assertBus(state: 'up' | 'hung', remedy: string): void {
    const seen = this.sim.network.state;
    if (seen !== state) throw new LabError('bad-input', `The bus is ${seen}, not ${state}.`, remedy);
  }

  #assertWhole(): void {
    const { violation } = this.sim;
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

  #end(target: Target): number {
    return sameTarget(target, BUS) ? this.sim.busIndex : this.#process(target).index;
  }

  #post(
    process: SimProcess,
    command: Omit<Command, 'id' | 'args'> & Partial<Command>,
    done: (r: CommandReply) => void,
  ): void {
    const { network, busIndex } = this.sim;
    // The lab's word goes over the bus, as it does live.
    if (network.isCut(busIndex, process.index) || network.isCut(process.index, busIndex)) return;
    const id = `lab.${++this.#commands}`;
    this.sim.post(
      process,
      () => {
        if (process.role === undefined) return done({ ok: false, reason: 'the process has only just started' });
        process.role.command({ id, name: command.name, args: command.args ?? {} }, (reply) =>
          // What a role answers goes over a wire as JSON.
          done(JSON.parse(JSON.stringify(reply)) as CommandReply),
        );
      },
      this.sim.options.messageUs,
    );
  }

  #refusal(process: SimProcess, what: string, remedy: string): LabError {
    return new LabError('bad-input', `${process.name} ${what}; it is ${process.state}.`, remedy);
  }

  #noteFault(fault: FaultRecord['fault'], target: Target, detail: FaultRecord['detail']): void {
    this.#faults.push({ atMs: this.sim.nowMs, fault, target: targetName(target), detail });
  }

  #input<T extends RunInput['type']>(type: T): { type: T; id: string; at: number; from: 'command' } {
    return { type, id: `${this.runId}.${type}`, at: Math.floor(this.nowMs()), from: 'command' };
  }

  /** The lab writes its own stream straight into the log, which it runs itself. */
  #commit(input: RunInput): void {
    const stream = `run.${this.runId}`;
    const head = this.sim.log.head(stream);
    const version = head.version + 1;
    const state = head.version === 0 ? runMachine.initial : { phase: 'open' as const, runId: this.runId };
    const id = `lab.1.${this.#ids.u32()}`;
    const bytes = encodeCommit({
      id,
      stream,
      version,
      prev: head.hash,
      input,
      events: runMachine.decide(state, input),
      principal: { name: 'lab', known: 'service' },
      build: this.#build,
      time: { ms: Math.floor(this.nowMs()), count: 0 },
    });
    this.sim.log.append({ stream, bytes, expectLastSeq: head.seq, msgId: `${stream}:${version}:${id}` });
  }
}

/** As a live process would show them: since it started. */
function metricsOf({ entry: { role, id }, metrics }: SimProcess): Metric[] {
  return [...metrics].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { value }]) => ({ role, id, name, value }));
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import { currentTrace } from '@rehearsal/bus/tracing';
import type { Tracer } from '@rehearsal/bus/tracing';
import type { CommandReply, Reply } from '@rehearsal/kernel';
import type {
  Endpoint,
  FabricPlan,
  FaultRecord,
  KillOptions,
  Lab,
  LabStatus,
  LabStory,
  LedgerSummary,
  LinkSpec,
  LogUsage,
  Metric,
  Note,
  ProbeReading,
  Reading,
  ProcessStatus,
  RoleEntry,
  RunRecord,
  Target,
  WaitFor,
} from '@rehearsal/lab-port';
import {
  dumpAndRebootMs,
  findTarget,
  inflictOn,
  LabError,
  labStatus,
  linkFault,
  pollUntil,
  ProcessBook,
  processStatus,
  readProbe,
  sameTarget,
  sealLog,
  targetName,
} from '@rehearsal/lab-port';
import { controlSubject } from '@rehearsal/protocol';
import { Child, raisePriority } from './child.js';
import { Links } from './links/links.js';
import { readNotes } from './notes.js';
import { readLog, RunLog } from './run-log.js';

export interface ProcessLabParts {
  readonly plan: FabricPlan;
  readonly runId: string;
  /** Holds the bus, configurations and logs of all processes; made when absent. */
  readonly dir: string;
  /** The program of each role. */
  readonly mains: Readonly<Record<RoleEntry['role'], string>>;
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
  /** Fields of a role's configuration beyond the common ones. */
  readonly extra?: (entry: RoleEntry) => Readonly<Record<string, unknown>>;
  readonly nodeFlags?: readonly string[];
  /** Puts a link between each role and the bus that can be cut, delayed and metered; costs time with each message. */
  readonly links?: boolean;
  /** Where spans of commands go. */
  readonly tracer?: Tracer | undefined;
  /** Told of everything worth a line while the lab runs. */
  readonly progress?: (line: string) => void;
}

const BUS: Target = { role: 'bus', id: 'bus' };
const decoder = new TextDecoder();
const UP_WITHIN_MS = 60_000;
const COMMAND_TIMEOUT_MS = 5_000;
const STATUS_TIMEOUT_MS = 1_000;
const STOP_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 20;
/** A bus, or the links to it, that ended by itself is started again after so long, and tried again so often. */
const BUS_AGAIN_MS = 500;
const BUS_RETRY_MS = 2_000;
/** Starting is computing; with all of a large fabric at it at once, none would be ready within its time. */
const STARTED_AT_ONCE = 8;

/** A fabric of real processes over a real nats-server, on loopback, in a folder of its own. */
export class ProcessLab implements Lab {
  readonly world = 'processes';
  readonly plan: FabricPlan;
  readonly targets: readonly Target[];
  private readonly parts: ProcessLabParts;
  private readonly children: readonly Child[];
  private readonly faults: FaultRecord[] = [];
  private readonly notes: Note[] = [];
  private readonly reboots = new Map<Child, NodeJS.Timeout>();
  private readonly book: ProcessBook;
  private revival: NodeJS.Timeout | undefined;
  private busEnds = 0;
  private server: NatsServer | undefined;
  private links: Links | undefined;
  private logLimited = false;
  private rt: LiveRuntime | undefined;
  private run: RunLog | undefined;
  private record: RunRecord | undefined;
  private busUp = false;
  private isUp = false;
  private startedAtMs = 0;
  private commands = 0;

  constructor(parts: ProcessLabParts) {
    this.parts = parts;
    this.plan = parts.plan;
    this.book = new ProcessBook(parts.dir);
    this.targets = [...parts.plan.roles.map(({ role, id }) => ({ role, id })), BUS];
    this.children = parts.plan.roles.map(
      (entry) => new Child(entry, parts.mains[entry.role], parts.dir, parts.nodeFlags ?? []),
    );
  }

  /** What is in the log, what was done, and what was noted, while it runs. */
  get story(): LabStory {
    return {
      followCommits: (onLine, onCaughtUp) => {
        if (this.rt === undefined) throw this.notUp();
        return this.rt.log.follow('', 1, (stored) => onLine(decoder.decode(stored.bytes)), onCaughtUp);
      },
      faults: () => this.faults,
      notes: () => this.allNotes(),
    };
  }

  /** Where other processes of this machine reach the lab's bus, and with which key. */
  get access(): { readonly natsUrl: string; readonly seedFile: string } {
    const { server } = this;
    if (server === undefined) throw this.notUp();
    return { natsUrl: server.url, seedFile: server.seedFile('lab', 'lab') };
  }

  endpoints(): readonly Endpoint[] {
    return this.children.flatMap(({ entry: { role, id }, state, httpPort }) =>
      state === 'running' && httpPort !== undefined ? [{ role, id, port: httpPort }] : [],
    );
  }

  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  async up(): Promise<void> {
    if (this.isUp) throw new LabError('bad-input', 'This fabric is up already.', 'Take it down first.');
    this.startedAtMs = this.nowMs();
    const { plan, parts } = this;
    mkdirSync(parts.dir, { recursive: true });
    this.isUp = true;
    try {
      this.server = await NatsServer.start({
        dir: join(parts.dir, 'bus'),
        fabric: plan.fabric,
        site: plan.site,
        users: [...plan.roles.map(({ role, id }) => ({ role, id })), { role: 'lab', id: 'lab' }],
        logMaxBytes: plan.settings['log.maxBytes'],
        onUnexpectedEnd: (code, signal) => this.onBusEnd(code, signal),
      }).catch((error: unknown) => {
        throw busRefusal(error, join(parts.dir, 'bus'));
      });
      this.book.note('bus', this.server.pid);
      raisePriority(this.server.pid);
      this.busUp = true;
      parts.progress?.(`bus runs (pid ${this.server.pid})`);
      writeFileSync(join(parts.dir, 'access.json'), JSON.stringify(this.access), { mode: 0o600 });
      if (parts.links === true) {
        this.links = await Links.start(this.server.url, plan.roles, (...how) => this.onLinksEnd(...how));
        this.book.note('links', this.links.pid);
        raisePriority(this.links.pid);
      }
      this.rt = await this.connect(this.server);
      this.run = new RunLog(this.rt, parts.runId, plan.site, parts.build);
      const { fabric, profile, settings } = plan;
      await this.run.open({ fabric, profile, world: this.world, settings });
      await eachOf(this.children, STARTED_AT_ONCE, (child) => this.startOrAgain(child));
      await this.waitUntil({ name: 'ready', until: { equals: true } }, UP_WITHIN_MS);
    } catch (error) {
      await this.down();
      throw error;
    }
  }

  async status(): Promise<LabStatus> {
    this.assertUp();
    const rows: ProcessStatus[] = await Promise.all(
      this.children.map(async (child) => {
        const answer =
          child.state === 'running'
            ? await this.ask(child, { name: 'status' }, STATUS_TIMEOUT_MS).catch(() => undefined)
            : undefined;
        const { role, id } = child.entry;
        const { state, pid, incarnation, endedByItself: restarts } = child;
        return processStatus({ role, id, process: state, pid, incarnation, restarts }, answer);
      }),
    );
    const status = labStatus(this.plan, this.nowMs(), this.busUp ? 'up' : 'down', rows);
    return { ...status, busRestarts: this.busEnds };
  }

  async kill(target: Target, options: KillOptions = {}): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      this.busUp = false;
      clearTimeout(this.revival);
      this.noteFault('kill', target, {});
      await this.server?.kill();
      return;
    }
    const child = this.child(target);
    if (child.pid === null) throw this.refusal(child, 'does not run', 'Restart it first.');
    const rebootAfterMs =
      options.rebootAfterMs === undefined ? dumpAndRebootMs(this.plan.settings) : options.rebootAfterMs;
    const detail = { pid: child.pid, ...(rebootAfterMs === null ? {} : { rebootAfterMs }) };
    // The clock is read right before the signal: everything measured of the failover counts from here.
    this.noteFault(rebootAfterMs === null ? 'kill' : 'panic', target, detail);
    await child.kill(rebootAfterMs === null ? 'dead' : 'rebooting');
    if (rebootAfterMs !== null) this.rebootLater(child, rebootAfterMs);
  }

  async hang(target: Target): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      if (!this.busUp) throw new LabError('bad-input', 'The bus does not run.', 'Start it first: fault bus-start bus.');
      this.noteFault('hang', target, {});
      this.server?.hang();
      return;
    }
    const child = this.child(target);
    if (child.state !== 'running') throw this.refusal(child, 'does not run', 'Restart or resume it first.');
    this.noteFault('hang', target, { pid: child.pid });
    child.hang();
  }

  async resume(target: Target): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      this.noteFault('resume', target, {});
      this.server?.resume();
      return;
    }
    const child = this.child(target);
    if (child.state !== 'hung') throw this.refusal(child, 'is not hung', 'Hang it first.');
    this.noteFault('resume', target, { pid: child.pid });
    child.resume();
  }

  async restart(target: Target): Promise<void> {
    this.assertUp();
    this.noteFault('restart', target, {});
    if (sameTarget(target, BUS)) {
      clearTimeout(this.revival);
      if (this.busUp) await this.server?.kill();
      this.busUp = false;
      await this.startBusAgain();
      return;
    }
    const child = this.child(target);
    this.cancelReboot(child);
    await child.kill('dead');
    await this.start(child);
  }

  async link(from: Target, to: Target, spec: LinkSpec): Promise<void> {
    this.assertUp();
    const role = sameTarget(from, BUS) ? to : from;
    if (sameTarget(from, BUS) === sameTarget(to, BUS)) {
      throw new LabError(
        'environment',
        `Processes speak over the bus alone; there is no link of ${targetName(from)} to ${targetName(to)}.`,
        `Name the link of one of them to the bus, as in: link '${targetName(from)}' bus.`,
      );
    }
    const { lossPerMillion, duplicatePerMillion, reorderPerMillion, logDelayMs } = spec;
    if ((lossPerMillion ?? duplicatePerMillion ?? reorderPerMillion ?? logDelayMs) !== undefined) {
      throw new LabError(
        'environment',
        'A link over TCP neither loses nor reorders.',
        'Run the experiment with --sim.',
      );
    }
    this.child(role);
    if (this.links === undefined) {
      throw new LabError(
        'environment',
        'This fabric was brought up without links that can be touched, which cost time with each message.',
        'Conduct an experiment that names the fault, or one that says links: true.',
      );
    }
    this.noteFault(...linkFault(from, to, spec));
    await this.links.set(role, spec, role === from ? 'up' : 'down');
  }

  async limitLog(roomBytes: number | null): Promise<void> {
    this.assertUp();
    if (roomBytes === null) this.noteFault('disk-free', BUS, {});
    else this.noteFault('disk-full', BUS, { roomBytes });
    await this.server?.limitLog(roomBytes).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LabError('environment', `The log cannot be given another size: ${reason}.`, 'Start the bus first.');
    });
    this.logLimited = roomBytes !== null;
  }

  logUsage(): Promise<LogUsage> {
    this.assertUp();
    return new Promise((resolve, reject) => {
      (this.rt as LiveRuntime).log.usage((usage) => {
        if (usage !== undefined) resolve(usage);
        else reject(new LabError('environment', 'The log does not say how full it is.', 'Start the bus first.'));
      });
    });
  }

  async inflict(
    target: Target,
    command: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
    timeoutMs?: number,
  ): Promise<void> {
    this.faults.push(await inflictOn(this, target, command, timeoutMs));
  }

  async command(
    target: Target,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number = COMMAND_TIMEOUT_MS,
  ): Promise<CommandReply> {
    this.assertUp();
    return this.ask(this.child(target), command, timeoutMs, currentTrace());
  }

  async probe(name: string, args?: Readonly<Record<string, unknown>>): Promise<ProbeReading> {
    this.assertUp();
    return readProbe(this, name, args);
  }

  async ledger(): Promise<LedgerSummary> {
    const reply = await this.command({ role: 'outside-world', id: 'outside' }, { name: 'ledger' });
    if (reply.ok) return reply.body as LedgerSummary;
    throw new LabError('environment', `The outside world has no ledger: ${reply.reason}.`, 'Start traffic first.');
  }

  watch(everyMs: number, on: (reading: Reading) => void): () => void {
    let ended = false;
    const look = async (): Promise<void> => {
      const [status, progress] = await Promise.all([this.status(), this.progress()]);
      if (!ended) on({ status, progress });
    };
    const round = (): void => {
      if (ended || !this.isUp) return;
      const beganMs = performance.now();
      // One look at a time: a fabric under load is not asked the more often, the longer it takes to answer.
      const next = (): void => {
        if (!ended) setTimeout(round, Math.max(1, everyMs - (performance.now() - beganMs))).unref();
      };
      look().then(next, next);
    };
    round();
    return () => {
      ended = true;
    };
  }

  private async progress(): Promise<unknown> {
    const traffic = this.child({ role: 'outside-world', id: 'outside' });
    if (traffic.state !== 'running') return undefined;
    const reply = await this.ask(traffic, { name: 'progress' }, STATUS_TIMEOUT_MS).catch(() => undefined);
    return reply?.ok === true ? reply.body : undefined;
  }

  log(): Promise<readonly string[]> {
    this.assertUp();
    return new Promise((done, failed) => {
      const late = setTimeout(() => {
        const what = `The log could not be read within ${COMMAND_TIMEOUT_MS} ms; the bus is ${this.busUp ? 'up' : 'down'}.`;
        failed(new LabError('environment', what, 'Restart or resume the bus, or try again.'));
      }, COMMAND_TIMEOUT_MS);
      readLog((this.rt as LiveRuntime).log)
        .then(done, failed)
        .finally(() => clearTimeout(late));
    });
  }

  async metrics(): Promise<readonly Metric[]> {
    this.assertUp();
    const pages = this.children.map((child) => this.metricsOf(child).catch(() => []));
    return (await Promise.all(pages)).flat();
  }

  async waitMs(ms: number): Promise<void> {
    this.assertUp();
    await new Promise((resolve) => this.rt?.after(ms, () => resolve(undefined)));
  }

  waitUntil(wait: WaitFor, timeoutMs: number): Promise<ProbeReading> {
    return pollUntil(this, wait, timeoutMs, LOOK_EVERY_MS);
  }

  async collect(): Promise<RunRecord> {
    if (this.record !== undefined) return this.record;
    this.assertUp();
    const ledger = await this.ledger().catch(() => null);
    const metrics = (await Promise.all(this.children.map((child) => this.metricsOf(child)))).flat();
    // What ends the log needs room in it.
    if (this.logLimited) await this.limitLog(null);
    await this.run?.close();
    const log = await readLog((this.rt as LiveRuntime).log);
    this.record = {
      runId: this.parts.runId,
      world: this.world,
      startedAtMs: this.startedAtMs,
      endedAtMs: this.nowMs(),
      plan: this.plan,
      settings: this.plan.settings,
      seal: sealLog(log, this.plan.site),
      log,
      faults: this.faults,
      notes: this.allNotes(),
      metrics,
      ledger,
    };
    return this.record;
  }

  async down(): Promise<void> {
    if (!this.isUp) return;
    this.isUp = false;
    for (const timer of this.reboots.values()) clearTimeout(timer);
    this.reboots.clear();
    clearTimeout(this.revival);
    // A stopped process hears no word to end.
    this.server?.resume();
    await Promise.all(this.children.map((child) => child.stop(STOP_WITHIN_MS)));
    await this.rt?.drain();
    await this.server?.stop();
    this.links?.stop();
    this.busUp = false;
  }

  /** On a machine with much else to do, one may give up on the bus before it has had its turn: once is no fault of it. */
  private async startOrAgain(child: Child): Promise<void> {
    try {
      await this.start(child);
    } catch (error) {
      if (!this.isUp || child.state !== 'rebooting') throw error;
      this.cancelReboot(child);
      await this.start(child);
    }
  }

  private async start(child: Child): Promise<void> {
    const { plan, parts } = this;
    const { server } = this;
    if (server === undefined) throw this.notUp();
    child.onSpawn = (pid) => this.book.note(child.name, pid);
    child.onUnexpectedEnd = (code, signal) => this.onUnexpectedEnd(child, code, signal);
    await child.start((incarnation) => ({
      fabric: plan.fabric,
      site: plan.site,
      role: child.entry.role,
      id: child.entry.id,
      incarnation,
      natsUrl: this.links?.urlOf(child.entry) ?? server.url,
      nkeySeedFile: server.seedFile(child.entry.role, child.entry.id),
      settings: plan.settings,
      securityGroup: plan.securityGroup.name,
      members: plan.securityGroup.members.map(({ id, weight }) => ({ id, weight })),
      orchestrators: plan.orchestrators,
      build: parts.build,
      ...parts.extra?.(child.entry),
    }));
    parts.progress?.(`${child.name} runs (pid ${child.pid})`);
  }

  /** Nobody's fault of this lab: it comes back, as it would under a supervisor, and the record says so. */
  private onUnexpectedEnd(child: Child, code: number | null, signal: string | null): void {
    if (!this.isUp) return;
    this.noteEnd(child.entry, child.incarnation, { code, signal, ...lastWords(child, code) });
    child.state = 'rebooting';
    this.rebootLater(child, this.plan.settings['member.rebootMs']);
  }

  private onBusEnd(code: number | null, signal: string | null): void {
    if (!this.isUp) return;
    this.busUp = false;
    this.busEnds++;
    this.noteEnd(BUS, this.busEnds, { code, signal });
    this.reviveLater(() => this.startBusAgain(), 'bus', BUS_AGAIN_MS);
  }

  private onLinksEnd(code: number | null, signal: string | null): void {
    const { links } = this;
    if (!this.isUp || links === undefined) return;
    this.busEnds++;
    this.noteEnd(BUS, this.busEnds, { code, signal, part: 'links' });
    const again = async (): Promise<void> => {
      await links.startAgain();
      this.book.note('links', links.pid);
      raisePriority(links.pid);
      this.parts.progress?.(`links run again (pid ${links.pid})`);
    };
    this.reviveLater(again, 'links', BUS_AGAIN_MS);
  }

  private async startBusAgain(): Promise<void> {
    const { server } = this;
    if (server === undefined) throw this.notUp();
    await server.startAgain();
    this.book.note('bus', server.pid);
    raisePriority(server.pid);
    this.busUp = true;
    this.parts.progress?.(`bus runs again (pid ${server.pid})`);
  }

  private reviveLater(again: () => Promise<void>, what: string, afterMs: number): void {
    this.revival = setTimeout(() => {
      if (!this.isUp) return;
      again().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.parts.progress?.(`${what} did not come back: ${reason}`);
        this.reviveLater(again, what, BUS_RETRY_MS);
      });
    }, afterMs);
  }

  /** That a process ended which nobody told to: in the notes, among the faults, and in words. */
  private noteEnd(target: Target, incarnation: number, fields: Readonly<Record<string, unknown>>): void {
    const { role, id } = target;
    const atMs = this.nowMs();
    this.notes.push({ atMs, role, id, incarnation, level: 'error', code: 'ended_unexpectedly', fields });
    this.faults.push({ atMs, fault: 'ended', target: targetName(target), detail: fields });
    const how = String(fields['signal'] ?? fields['code']);
    const part = typeof fields['part'] === 'string' ? `${fields['part']} of ` : '';
    this.parts.progress?.(`${part}${targetName(target)} ended by itself (${how}); it is started again`);
  }

  private allNotes(): Note[] {
    const said = this.children.flatMap((c) => readNotes(c.logFile, c.entry.role, c.entry.id));
    return [...this.notes, ...said].sort((a, b) => a.atMs - b.atMs);
  }

  private rebootLater(child: Child, afterMs: number): void {
    const timer = setTimeout(() => {
      this.reboots.delete(child);
      if (child.state !== 'rebooting') return;
      this.start(child).catch((error: unknown) => {
        this.parts.progress?.(
          `${child.name} did not come back: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
    }, afterMs);
    this.reboots.set(child, timer);
  }

  private cancelReboot(child: Child): void {
    clearTimeout(this.reboots.get(child));
    this.reboots.delete(child);
  }

  private ask(
    child: Child,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number,
    traceparent?: string,
  ): Promise<CommandReply> {
    const { rt } = this;
    if (rt === undefined) return Promise.reject(this.notUp());
    const { role, id } = child.entry;
    const body = JSON.stringify({ id: `lab.${++this.commands}`, name: command.name, args: command.args ?? {} });
    return new Promise((resolve, reject) => {
      const answered = (reply: Reply): void => {
        if (reply.kind === 'answer') resolve(JSON.parse(new TextDecoder().decode(reply.body)) as CommandReply);
        else {
          reject(
            new LabError(
              'environment',
              `${child.name} did not answer '${command.name}' within ${timeoutMs} ms (${reply.kind}); it is ${child.state}.`,
              'Resume or restart it, or wait longer.',
            ),
          );
        }
      };
      rt.within(traceparent, () =>
        rt.ask(controlSubject(role, id), new TextEncoder().encode(body), timeoutMs, answered),
      );
    });
  }

  private async metricsOf(child: Child): Promise<Metric[]> {
    if (child.state !== 'running' || child.httpPort === undefined) return [];
    const { role, id } = child.entry;
    const counts = await fetch(`http://127.0.0.1:${child.httpPort}/counts`).then((r) => r.json());
    return Object.entries(counts as Readonly<Record<string, number>>)
      .map(([name, value]): Metric => ({ role, id, name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private async connect(server: NatsServer): Promise<LiveRuntime> {
    return LiveRuntime.connect({
      self: { fabric: this.plan.fabric, site: this.plan.site, role: 'lab', id: 'lab', incarnation: 1 },
      natsUrl: server.url,
      tracer: this.parts.tracer,
      nkeySeed: readSeed(server.seedFile('lab', 'lab')),
      note: (level, code, fields) =>
        this.notes.push({ atMs: this.nowMs(), role: 'lab', id: 'lab', incarnation: 1, level, code, fields }),
      fatal: (code, fields) =>
        this.parts.progress?.(`the lab's own connection failed: ${code} ${JSON.stringify(fields)}`),
    });
  }

  private child(target: Target): Child {
    findTarget(`${target.role} ${target.id}`, this.targets);
    const child = this.children.find((c) => sameTarget(c.entry, target));
    if (child !== undefined) return child;
    throw new LabError('bad-input', `The ${targetName(target)} takes no such word.`, 'Name a process of the fabric.');
  }

  private assertUp(): void {
    if (!this.isUp) throw this.notUp();
  }

  private notUp(): LabError {
    return new LabError('environment', 'This fabric is not up.', 'Bring it up first.');
  }

  private refusal(child: Child, what: string, remedy: string): LabError {
    return new LabError('bad-input', `${child.name} ${what}; it is ${child.state}.`, remedy);
  }

  private noteFault(fault: FaultRecord['fault'], target: Target, detail: FaultRecord['detail']): void {
    this.faults.push({ atMs: this.nowMs(), fault, target: targetName(target), detail });
    const parent = currentTrace();
    // What is done to a process from outside sends no message: this is as far as its trace goes.
    if (parent !== undefined) {
      this.parts.tracer?.begin(`fault ${fault} ${targetName(target)}`, { kind: 'internal', parent }).end();
    }
  }
}

/** What a process that gave up said of it last. */
function lastWords({ logFile, entry }: Child, code: number | null): { readonly why?: string } {
  if (code === null) return {};
  const said = readNotes(logFile, entry.role, entry.id).findLast(({ fields }) => fields['fatal'] === true);
  const reason = said?.fields['reason'] ?? said?.fields['message'] ?? said?.fields['subject'];
  return said === undefined ? {} : { why: typeof reason === 'string' ? `${said.code}: ${reason}` : said.code };
}

/** Why there is no bus, in a line. */
function busRefusal(error: unknown, dir: string): unknown {
  if (!(error instanceof Error) || error instanceof LabError || 'code' in error) return error;
  const lines = error.message.split('\n').filter((line) => line.trim() !== '');
  const why = lines.length > 1 ? `${lines[0]}: ${lines.at(-1)!.replace(/^\[\d+\] \S+ \S+ /, '')}` : lines[0];
  return new LabError('environment', `The bus does not start: ${why}.`, `See ${dir}, and: nats-server --version.`);
}

/** Runs `act` for every item in order, at most so many at a time. */
async function eachOf<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

import { mkdirSync } from 'node:fs';
import { currentTrace } from '@rehearsal/bus/tracing';
import type { CommandReply } from '@rehearsal/kernel';
import type {
  Endpoint,
  FabricPlan,
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
  RunRecord,
  Target,
  WaitFor,
} from '@rehearsal/lab-port';
import {
  dumpAndRebootMs,
  inflictOn,
  LabError,
  labStatus,
  linkFault,
  pollUntil,
  ProcessBook,
  readProbe,
  sameTarget,
  sealLog,
} from '@rehearsal/lab-port';
import { BUS } from './bus-target.js';
import type { Child } from './child.js';
import { nowMs } from './clock.js';
import { Happenings } from './happenings.js';
import { LabArchive } from './lab-archive.js';
import { LabBus } from './lab-bus.js';
import { LabChildren } from './lab-children.js';
import type { ProcessLabParts } from './process-lab-parts.js';
import { COMMAND_TIMEOUT_MS, lookEvery, Questions } from './questions.js';
import { childRefusal, notUp, roleOfLink } from './refusals.js';
import { RunLog, toItsEnd } from './run-log.js';

const decoder = new TextDecoder();
const UP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
const OUTSIDE_WORLD: Target = { role: 'outside-world', id: 'outside' };

/** A fabric of real processes over a real nats-server, on loopback, in a folder of its own. */
export class ProcessLab implements Lab {
  readonly world = 'processes';
  readonly plan: FabricPlan;
  readonly targets: readonly Target[];
  private readonly parts: ProcessLabParts;
  private readonly book: ProcessBook;
  private readonly happenings: Happenings;
  private readonly bus: LabBus;
  private readonly children: LabChildren;
  private readonly questions: Questions;
  private readonly archive: LabArchive | undefined;
  private run: RunLog | undefined;
  private record: RunRecord | undefined;
  private isUp = false;
  private startedAtMs = 0;

  constructor(parts: ProcessLabParts) {
    const { plan, dir, tracer, progress } = parts;
    this.parts = parts;
    this.plan = plan;
    this.book = new ProcessBook(dir);
    this.targets = [...plan.roles.map(({ role, id }) => ({ role, id })), BUS];
    const happenings = new Happenings({ tracer, progress });
    const shared = { book: this.book, happenings, isWanted: () => this.isUp };
    const { links = false, archive } = parts;
    const bus = new LabBus({ plan, dir, links, archive: archive !== undefined, tracer, ...shared });
    this.happenings = happenings;
    this.bus = bus;
    this.children = new LabChildren({ lab: parts, targets: this.targets, bus, ...shared });
    const questions = new Questions(bus);
    this.questions = questions;
    const { runId, build, nodeFlags = [] } = parts;
    if (archive !== undefined) {
      this.archive = new LabArchive({ plan, runId, dir, build, nodeFlags, archive, bus, questions, ...shared });
    }
  }

  /** What is in the log, what was done, and what was noted, while it runs. */
  get story(): LabStory {
    return {
      followCommits: (onLine, onCaughtUp) =>
        this.bus.runtime.log.follow('', 1, (stored) => onLine(decoder.decode(stored.bytes)), onCaughtUp),
      faults: () => this.happenings.faults,
      notes: () => this.allNotes(),
    };
  }

  /** Where other processes of this machine reach the lab's bus, and with which key. */
  get access(): { readonly natsUrl: string; readonly seedFile: string } {
    return this.bus.access;
  }

  endpoints(): readonly Endpoint[] {
    const all = [...this.children.all, ...(this.archive === undefined ? [] : [this.archive.child])];
    return all.flatMap(({ entry: { role, id }, state, httpPort }) =>
      state === 'running' && httpPort !== undefined ? [{ role, id, port: httpPort }] : [],
    );
  }

  nowMs(): number {
    return nowMs();
  }

  async up(): Promise<void> {
    if (this.isUp) throw new LabError('bad-input', 'This fabric is up already.', 'Take it down first.');
    this.startedAtMs = this.nowMs();
    const { plan, parts } = this;
    mkdirSync(parts.dir, { recursive: true });
    this.isUp = true;
    try {
      await this.bus.start();
      this.run = new RunLog(this.bus.runtime, parts.runId, plan.site, parts.build);
      const { fabric, profile, settings } = plan;
      await this.run.open({ fabric, profile, world: this.world, settings });
      this.archive?.start();
      await this.children.startAll();
      await this.waitUntil({ name: 'ready', until: { equals: true } }, UP_WITHIN_MS);
    } catch (error) {
      await this.down();
      throw error;
    }
  }

  async status(): Promise<LabStatus> {
    this.assertUp();
    const asked = this.children.all.map((child) => this.questions.statusOf(child));
    const [rows, archive] = await Promise.all([Promise.all(asked), this.archive?.status()]);
    const status = labStatus(this.plan, this.nowMs(), this.bus.isUp ? 'up' : 'down', rows);
    return { ...status, busRestarts: this.bus.ends, ...(archive && { archive }) };
  }

  async kill(target: Target, options: KillOptions = {}): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      this.happenings.noteFault('kill', target, {});
      await this.bus.kill();
      return;
    }
    const child = this.child(target);
    if (child.pid === null) throw childRefusal(child, 'does not run', 'Restart it first.');
    const rebootAfterMs =
      options.rebootAfterMs === undefined ? dumpAndRebootMs(this.plan.settings) : options.rebootAfterMs;
    const detail = { pid: child.pid, ...(rebootAfterMs === null ? {} : { rebootAfterMs }) };
    // The clock is read right before the signal: everything measured of the failover counts from here.
    this.happenings.noteFault(rebootAfterMs === null ? 'kill' : 'panic', target, detail);
    await child.kill(rebootAfterMs === null ? 'dead' : 'rebooting');
    if (rebootAfterMs !== null) this.children.rebootLater(child, rebootAfterMs);
  }

  async hang(target: Target): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      if (!this.bus.isUp)
        throw new LabError('bad-input', 'The bus does not run.', 'Start it first: fault bus-start bus.');
      this.happenings.noteFault('hang', target, {});
      this.bus.hang();
      return;
    }
    const child = this.child(target);
    if (child.state !== 'running') throw childRefusal(child, 'does not run', 'Restart or resume it first.');
    this.happenings.noteFault('hang', target, { pid: child.pid });
    child.hang();
  }

  async resume(target: Target): Promise<void> {
    this.assertUp();
    if (sameTarget(target, BUS)) {
      this.happenings.noteFault('resume', target, {});
      this.bus.resume();
      return;
    }
    const child = this.child(target);
    if (child.state !== 'hung') throw childRefusal(child, 'is not hung', 'Hang it first.');
    this.happenings.noteFault('resume', target, { pid: child.pid });
    child.resume();
  }

  async restart(target: Target): Promise<void> {
    this.assertUp();
    this.happenings.noteFault('restart', target, {});
    if (sameTarget(target, BUS)) await this.bus.restart();
    else await this.children.restart(this.child(target));
  }

  async link(from: Target, to: Target, spec: LinkSpec): Promise<void> {
    this.assertUp();
    const role = roleOfLink(from, to, spec);
    this.child(role);
    this.bus.assertLinks();
    this.happenings.noteFault(...linkFault(from, to, spec));
    await this.bus.setLink(role, spec, role === from ? 'up' : 'down');
  }

  async limitLog(roomBytes: number | null): Promise<void> {
    this.assertUp();
    if (roomBytes === null) this.happenings.noteFault('disk-free', BUS, {});
    else this.happenings.noteFault('disk-full', BUS, { roomBytes });
    await this.bus.limitLog(roomBytes);
  }

  get rebuildLog(): Lab['rebuildLog'] {
    const { archive } = this;
    if (archive === undefined) return undefined;
    return async () => {
      this.assertUp();
      return archive.rebuild();
    };
  }

  logUsage(): Promise<LogUsage> {
    this.assertUp();
    return this.questions.logUsage();
  }

  async inflict(
    target: Target,
    command: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
    timeoutMs?: number,
  ): Promise<void> {
    this.happenings.faults.push(await inflictOn(this, target, command, timeoutMs));
  }

  async command(
    target: Target,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number = COMMAND_TIMEOUT_MS,
  ): Promise<CommandReply> {
    this.assertUp();
    return this.questions.ask(this.child(target), command, timeoutMs, currentTrace());
  }

  async probe(name: string, args?: Readonly<Record<string, unknown>>): Promise<ProbeReading> {
    this.assertUp();
    return readProbe(this, name, args);
  }

  async ledger(): Promise<LedgerSummary> {
    const reply = await this.command(OUTSIDE_WORLD, { name: 'ledger' });
    if (reply.ok) return reply.body as LedgerSummary;
    throw new LabError('environment', `The outside world has no ledger: ${reply.reason}.`, 'Start traffic first.');
  }

  watch(everyMs: number, on: (reading: Reading) => void): () => void {
    const look = async (ended: () => boolean): Promise<void> => {
      const progressing = this.questions.progressOf(this.child(OUTSIDE_WORLD));
      const [status, progress] = await Promise.all([this.status(), progressing]);
      if (!ended()) on({ status, progress });
    };
    return lookEvery(everyMs, () => this.isUp, look);
  }

  log(): Promise<readonly string[]> {
    this.assertUp();
    return this.questions.log();
  }

  async metrics(): Promise<readonly Metric[]> {
    this.assertUp();
    const pages = this.children.all.map((child) => this.questions.metricsOf(child).catch(() => []));
    return (await Promise.all(pages)).flat();
  }

  async waitMs(ms: number): Promise<void> {
    this.assertUp();
    await new Promise((resolve) => this.bus.runtime.after(ms, () => resolve(undefined)));
  }

  waitUntil(wait: WaitFor, timeoutMs: number): Promise<ProbeReading> {
    return pollUntil(this, wait, timeoutMs, LOOK_EVERY_MS);
  }

  async collect(): Promise<RunRecord> {
    if (this.record !== undefined) return this.record;
    this.assertUp();
    const ledger = await this.ledger().catch(() => null);
    const metrics = (await Promise.all(this.children.all.map((child) => this.questions.metricsOf(child)))).flat();
    // What ends the log needs room in it.
    if (this.bus.isLimited) await this.limitLog(null);
    await this.run?.close();
    const log = toItsEnd(await this.questions.wholeLog());
    const flows = await this.flows();
    this.record = {
      runId: this.parts.runId,
      world: this.world,
      startedAtMs: this.startedAtMs,
      endedAtMs: this.nowMs(),
      plan: this.plan,
      settings: this.plan.settings,
      seal: sealLog(log, this.plan.site),
      log,
      faults: this.happenings.faults,
      notes: this.allNotes(),
      metrics,
      ledger,
      flows,
    };
    return this.record;
  }

  /** What members have to report yet, and all that they did. */
  private async flows(): Promise<readonly Uint8Array[]> {
    if (!this.plan.settings['flow.records']) return [];
    const members = this.children.all.filter(({ entry, state }) => entry.role === 'member' && state === 'running');
    // One that does not answer is as one that died: what it had not reported is lost with it.
    await Promise.allSettled(members.map((m) => this.questions.ask(m, { name: 'report' }, COMMAND_TIMEOUT_MS)));
    const { batches, isWhole } = await this.questions.flows();
    if (!isWhole)
      this.happenings.say(`flow records could not be read to their end: ${batches.length} batches are kept`);
    return batches;
  }

  async down(): Promise<void> {
    if (!this.isUp) return;
    this.isUp = false;
    this.children.cancelReboots();
    this.bus.prepareEnd();
    await this.children.stopAll();
    await this.archive?.stop();
    await this.bus.stop();
  }

  private allNotes(): Note[] {
    return [...this.happenings.notes, ...this.children.notes()].sort((a, b) => a.atMs - b.atMs);
  }

  private child(target: Target): Child {
    return this.children.of(target);
  }

  private assertUp(): void {
    if (!this.isUp) throw notUp();
  }
}

import type { HypersyncEvent, HypersyncInput, HypersyncState } from '@rehearsal/hypersync';
import { hypersync, hypersyncInput } from '@rehearsal/hypersync';
import type { AnyMachine, Cancel, Command, CommandReply, Decider, Health, Role, Runtime } from '@rehearsal/kernel';
import {
  checkBy,
  canonicalBytes,
  commitIds,
  createDecider,
  IntentSender,
  LogFollower,
  MachineView,
  serveInputs,
  sha256Hex,
} from '@rehearsal/kernel';
import { copiedSubject, progressSubject } from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { securityGroup, tableMismatch } from '@rehearsal/security-group';
import type { SyncConfig } from './config.js';
import type { ReportAnswer } from './copy-reports.js';
import { CopyReports } from './copy-reports.js';
import { ProgressReports } from './progress-reports.js';
import { statusOf } from './status.js';

const PROGRESS_STEP_PERCENT = 25;
const CONFIGURE_AGAIN_MS = 500;

/**
 * The sync coordinator: hears from the security group which copies are due and from the members which
 * are done, decides hypersync, and tells the security group who is in step. It also carries what
 * follows from the commits of both machines, so without it nothing comes in step.
 */
export class SyncRole implements Role {
  readonly #rt: Runtime;
  readonly #config: SyncConfig;
  readonly #follower: LogFollower;
  readonly #group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  readonly #hypersync: Decider<HypersyncState, HypersyncInput, HypersyncEvent>;
  readonly #senders: readonly IntentSender[];
  readonly #copies: CopyReports;
  readonly #progress: ProgressReports;
  #cancels: Cancel[] = [];
  #inputs = 0;

  constructor(rt: Runtime, config: SyncConfig) {
    this.#rt = rt;
    this.#config = config;
    this.#follower = new LogFollower(rt);
    this.#group = new MachineView(securityGroup, `security-group.${config.securityGroup}`);
    this.#group.onCommit((commit) => this.#checkTable(commit.events));
    this.#follower.add(this.#group);
    this.#hypersync = createDecider(rt, this.#follower, {
      machine: hypersync,
      stream: `hypersync.${config.securityGroup}`,
      build: config.build,
      settings: config.settings,
      newCommitId: commitIds(rt.self),
    });
    this.#hypersync.onCommit(() => this.#gauge());
    this.#senders = [securityGroup, hypersync].map((machine) => {
      // A sender needs only what follows from a commit, whatever the machine's types.
      return new IntentSender(rt, machine as unknown as AnyMachine);
    });
    this.#copies = new CopyReports(this.#group, this.#hypersync, () => rt.nowMs());
    this.#progress = new ProgressReports(
      this.#hypersync,
      () => rt.nowMs(),
      () => this.#newId(),
    );
  }

  start(): void {
    const copied = copiedSubject(this.#config.securityGroup);
    const progress = progressSubject(this.#config.securityGroup);
    this.#cancels.push(
      serveInputs(this.#rt, this.#hypersync, { check: checkBy(hypersyncInput, 'hypersync') }),
      this.#rt.answer(copied, copied, (body, reply) => {
        this.#rt.count('copy_reports', 1);
        this.#copies.take(parse(body), (answer) => reply(encode(answer)));
      }),
      this.#rt.answer(progress, progress, (body, reply) => {
        reply(encode(this.#progress.take(parse(body))));
      }),
    );
    this.#follower.start(() => {
      this.#configure();
      for (const sender of this.#senders) sender.start();
    });
  }

  health(): Health {
    const { state, version } = this.#hypersync;
    return {
      ready: this.#follower.caughtUp && state.members.length > 0,
      detail: { version, tableVersion: state.tableVersion, reportsHeld: this.#copies.held },
    };
  }

  /** Knows `status`. */
  command(command: Command, done: (reply: CommandReply) => void): void {
    if (command.name === 'status') {
      const { ready } = this.health();
      const body = { state: 'UP', ready, ...statusOf(this.#hypersync.state, this.#rt.nowMs()) };
      done({ ok: true, body });
    } else done({ ok: false, reason: `the sync coordinator knows the command status, not ${command.name}` });
  }

  /** Needs no time: what it leaves undone is in the log, for its next start. */
  stop(_deadlineMs: number, done: () => void): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    for (const sender of this.#senders) sender.stop();
    this.#hypersync.stop();
    this.#follower.stop();
    done();
  }

  #configure(): void {
    const members = this.#config.members.map((m) => m.id);
    const config = { members, slots: this.#config.settings['dist.slots'], progressStepPercent: PROGRESS_STEP_PERCENT };
    const hash = sha256Hex(canonicalBytes(config)).slice(0, 16);
    // Every start asks the same under the same id; only another configuration is a new question.
    const id = `configure:${this.#hypersync.stream}:${hash}`;
    const at = Math.floor(this.#rt.nowMs());
    this.#hypersync.submit({ type: 'configure', id, at, from: 'command', config }, undefined, undefined, (reply) => {
      if (reply.kind === 'failed') {
        this.#cancels.push(this.#rt.after(CONFIGURE_AGAIN_MS, () => this.#configure()));
        return;
      }
      if (reply.kind === 'ignored') return;
      for (const event of reply.commit.events) {
        if (event.type === 'ConfigureRefused') this.#rt.fatal('configure_refused', { reason: event.reason });
      }
    });
  }

  #checkTable(events: readonly SecurityGroupEvent[]): void {
    const mismatch = tableMismatch(this.#group.state, events);
    if (mismatch !== undefined) this.#rt.fatal('table_differs', { version: this.#group.version, ...mismatch });
  }

  #gauge(): void {
    const { exposed, due } = this.#hypersync.state;
    this.#rt.count('slots_exposed_now', exposed.length);
    this.#rt.count('slots_due_now', due.filter((member) => member !== 0).length);
  }

  #newId(): string {
    const { id, incarnation } = this.#rt.self;
    this.#inputs++;
    return `sync.${id}:${incarnation}:${this.#inputs}`;
  }
}

function encode(answer: ReportAnswer): Uint8Array {
  return canonicalBytes(answer);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

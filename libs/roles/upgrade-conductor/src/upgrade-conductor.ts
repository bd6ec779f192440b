import type {
  AnyMachine,
  Cancel,
  Command,
  CommandReply,
  Commit,
  Decider,
  Health,
  Input,
  Role,
  Runtime,
} from '@rehearsal/kernel';
import { PROBE_SUBJECT } from '@rehearsal/protocol';
import {
  canonicalBytes,
  checkBy,
  commitIds,
  createDecider,
  every,
  IntentSender,
  LogFollower,
  MachineView,
  serveInputs,
} from '@rehearsal/kernel';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { securityGroup, servingPercent } from '@rehearsal/security-group';
import type { SoftwareEvent, SoftwareInput, SoftwareState } from '@rehearsal/software';
import { softwareInput, softwareMachine } from '@rehearsal/software';
import type { ProbeOrder } from '@rehearsal/traffic';
import type { Probe, Sight, UpgradeEvent, UpgradeInput, UpgradeState } from '@rehearsal/upgrade';
import { isOver, probe, upgradeInput, upgradeMachine } from '@rehearsal/upgrade';
import type { UpgradeConductorConfig } from './config.js';
import { lookAt } from './look.js';
import { refusalsIn, submitCommand } from './operator-commands.js';
import { groupsNow, planFrom, probesOf } from './plan.js';
import { PolicyPreparer } from './policy-preparer.js';
import { flowWanted, orderAtGate, orderBetweenGates } from './probe-orders.js';
import { replacementFrom } from './replacement.js';

type Args = Readonly<Record<string, unknown>>;

const LOOK_EVERY_MS = 1000;
const CONFIGURE_AGAIN_MS = 500;
const CHECK_SOFTWARE = checkBy(softwareInput, 'software');
const PROBED_WITHIN_MS = 900;

/**
 * The upgrade conductor: decides what is on the disks of the appliances and takes the group through an upgrade, by what
 * the logs say of both. It needs no memory of its own: after a crash it goes on where the log stands.
 */
export class UpgradeConductorRole implements Role {
  readonly #rt: Runtime;
  readonly #config: UpgradeConductorConfig;
  readonly #follower: LogFollower;
  readonly #group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  readonly #software: Decider<SoftwareState, SoftwareInput, SoftwareEvent>;
  readonly #upgrade: Decider<UpgradeState, UpgradeInput, UpgradeEvent>;
  readonly #sender: IntentSender;
  readonly #preparer: PolicyPreparer;
  readonly #cancels: Cancel[] = [];
  #inputs = 0;
  #looking = false;
  /** What the gate has seen last that is stood at, or was stopped at; undefined between gates. */
  #probed: Probe | undefined;
  /** What a connection is kept open for, as the outside world was last told; undefined before it was. */
  #flowOf: number | undefined;
  #refused: { readonly of: number; readonly reason: string } | undefined;

  constructor(rt: Runtime, config: UpgradeConductorConfig) {
    this.#rt = rt;
    this.#config = config;
    const { securityGroup: id, build, settings } = config;
    this.#follower = new LogFollower(rt);
    this.#group = new MachineView(securityGroup, `security-group.${id}`);
    this.#group.onCommit((commit) => this.#onDecided(commit));
    this.#follower.add(this.#group);
    const newCommitId = commitIds(rt.self);
    const common = { build, settings, newCommitId };
    this.#software = createDecider(rt, this.#follower, {
      machine: softwareMachine,
      stream: `software.${id}`,
      ...common,
    });
    this.#software.onCommit((commit) => this.#onDecided(commit));
    this.#upgrade = createDecider(rt, this.#follower, { machine: upgradeMachine, stream: `upgrade.${id}`, ...common });
    this.#upgrade.onCommit(() => this.#gauge());
    // A sender needs only what follows from a commit, whatever the machine's types.
    this.#sender = new IntentSender(rt, upgradeMachine as unknown as AnyMachine);
    this.#preparer = new PolicyPreparer({
      rt,
      stream: this.#group.stream,
      group: () => this.#group.state,
      software: () => this.#software.state,
      // Whoever is upgraded by a conductor has it installed in a step of its own.
      mayPrepare: () =>
        settings['policy.prepare'] === 'management' && this.#follower.caughtUp && isOver(this.#upgrade.state),
      policyHash: config.policyHash,
    });
  }

  start(): void {
    this.#cancels.push(
      serveInputs(this.#rt, this.#software, { check: CHECK_SOFTWARE }),
      serveInputs(this.#rt, this.#upgrade, { check: checkBy(upgradeInput, 'an upgrade') }),
    );
    this.#follower.start(() => {
      this.#configure();
      this.#tellRefusal();
      this.#sender.start();
      this.#cancels.push(
        every(
          this.#rt,
          () => LOOK_EVERY_MS,
          () => {
            this.#look();
            this.#preparer.look();
          },
        ),
      );
    });
  }

  health(): Health {
    const ready = this.#follower.caughtUp && this.#software.state.appliances.length > 0;
    const { status, step } = this.#upgrade.state;
    return { ready, detail: { status, step } };
  }

  /** Knows `status`; `software`, a command to that machine; `replace`; `upgrade`, `pause`, `resume`, `abort`, `rollback`. */
  command(command: Command, done: (reply: CommandReply) => void): void {
    const { name, args } = command;
    switch (name) {
      case 'status':
        return done({ ok: true, body: this.#status() });
      case 'software':
        return this.#changeSoftware((args['input'] as Args | undefined) ?? {}, command, done);
      case 'replace': {
        const { state } = this.#software;
        const told = replacementFrom(args, this.#rt.self.fabric, this.#config, this.#group.state, state);
        return this.#changeSoftware(told, command, done);
      }
      case 'upgrade': {
        const groups = groupsNow(this.#config, this.#group.state);
        const plan = planFrom(args, { ...this.#config, groups }, this.#rt.nowMs());
        if (typeof plan === 'string') return done({ ok: false, reason: plan });
        const sight = this.#sight(plan.package.file);
        return this.#tell({ type: 'startUpgrade', plan, sight, ...whyOf(args) }, command, done);
      }
      case 'pause':
        return this.#tell({ type: 'pauseUpgrade', ...whyOf(args) }, command, done);
      case 'resume': {
        const probes = probesOf(args, this.#config);
        if (typeof probes === 'string') return done({ ok: false, reason: probes });
        const asking = args['probes'] === undefined ? {} : { probes };
        return this.#tell({ type: 'resumeUpgrade', sight: this.#sight(), ...asking, ...whyOf(args) }, command, done);
      }
      case 'abort':
        return this.#tell({ type: 'abortUpgrade', ...whyOf(args) }, command, done);
      case 'rollback': {
        const lacpUplinks = this.#config.settings['uplinks.lacp'];
        return this.#tell({ type: 'rollBack', sight: this.#sight(), lacpUplinks, ...whyOf(args) }, command, done);
      }
      default:
        done({ ok: false, reason: `the upgrade conductor knows no command ${name}` });
    }
  }

  /** Needs no time: what it leaves undone is in the log, for its next start. */
  stop(_deadlineMs: number, done: () => void): void {
    for (const cancel of this.#cancels.splice(0)) cancel();
    this.#sender.stop();
    this.#preparer.stop();
    this.#software.stop();
    this.#upgrade.stop();
    this.#follower.stop();
    done();
  }

  #configure(): void {
    const { members, orchestrators, software, delivered, settings, securityGroup: id } = this.#config;
    const appliances = [
      ...members.map(({ id: member, spare }) => ({
        id: member,
        role: 'member' as const,
        software: delivered[member] ?? software,
        ...(spare === true && { spare }),
      })),
      ...orchestrators.map((o) => ({ id: o, role: 'orchestrator' as const, software })),
      { id: 'management', role: 'management' as const, software },
    ];
    const config = {
      appliances,
      cloneNeedsMb: settings['clone.needsMb'],
      cloneRoomMb: settings['clone.roomMb'],
      holdsUpgraded: settings['upgrade.newerWaits'] === 'during-upgrade',
    };
    const at = this.#now();
    const input = { type: 'configure', id: `configure.software.${id}`, at, from: 'command', config } as const;
    this.#software.submit(input, undefined, undefined, (reply) => {
      if (reply.kind === 'failed') this.#cancels.push(this.#rt.after(CONFIGURE_AGAIN_MS, () => this.#configure()));
    });
  }

  #changeSoftware(told: Args, command: Command, done: (reply: CommandReply) => void): void {
    const whole = { ...told, id: command.id, at: this.#now(), from: 'command' } as unknown as Input;
    const reason = CHECK_SOFTWARE(whole);
    if (reason !== undefined) return done({ ok: false, reason });
    submitCommand(this.#software, told, this.#now(), command, done);
  }

  #tell(told: Args, command: Command, done: (reply: CommandReply) => void): void {
    submitCommand(this.#upgrade, told, this.#now(), command, done);
  }

  /** Says what it sees while an upgrade is under way. */
  #look(): void {
    if (this.#looking || !this.#follower.caughtUp) return;
    this.#keepFlow();
    if (isOver(this.#upgrade.state)) return;
    this.#looking = true;
    const { steps, step, begunAt, status } = this.#upgrade.state;
    if (steps[step]?.kind !== 'gate' || status !== 'running') {
      if (status === 'running') this.#probed = undefined;
      return this.#observe(this.#sight());
    }
    // The outside world's clock is another one: it is told for how long to look back.
    const forMs = Math.max(0, this.#now() - begunAt);
    this.#probe(orderAtGate(this.#config, this.#group.state, this.#upgrade.state, forMs), (seen) => {
      this.#probed = seen ?? this.#probed;
      this.#observe(seen === undefined ? this.#sight() : { ...this.#sight(), probe: seen });
    });
  }

  /** One connection is opened with an upgrade and closed with it; who starts anew says so again. */
  #keepFlow(): void {
    const upgrade = this.#upgrade.state;
    const wanted = flowWanted(upgrade);
    const neverAsked = upgrade.plan?.probes === undefined && this.#flowOf === undefined;
    if (neverAsked || this.#flowOf === wanted) return;
    this.#probe(orderBetweenGates(this.#config, this.#group.state, upgrade), (seen) => {
      if (seen !== undefined) this.#flowOf = wanted;
    });
  }

  /** Asks the outside world, which may not answer. */
  #probe(order: ProbeOrder, done: (seen: Probe | undefined) => void): void {
    this.#rt.ask(PROBE_SUBJECT, canonicalBytes(order), PROBED_WITHIN_MS, (reply) => {
      const seen =
        reply.kind === 'answer' ? probe.safeParse(JSON.parse(new TextDecoder().decode(reply.body))) : undefined;
      done(seen?.data);
    });
  }

  #observe(sight: Sight): void {
    const input = { type: 'observed', ...this.#observation('observed'), sight } as const;
    this.#upgrade.submit(input, undefined, undefined, () => {
      this.#looking = false;
    });
  }

  /** Others have decided what a step asked of them. */
  #onDecided({ cause, events }: Commit): void {
    const prefix = `${this.#upgrade.stream}:`;
    const refused = refusalsIn(events);
    if (cause?.startsWith(prefix) !== true || refused.length === 0) return;
    const reason = refused
      .map((event) => event.reason)
      .join('; ')
      .slice(0, 300);
    this.#refused = { of: Number(cause.slice(prefix.length)), reason };
    if (this.#follower.caughtUp) this.#tellRefusal();
  }

  /** What was refused while this process was not there counts as well; what belongs to an earlier step does not. */
  #tellRefusal(): void {
    if (this.#refused === undefined) return;
    const input = { type: 'stepRefused', ...this.#observation('refused'), ...this.#refused } as const;
    this.#refused = undefined;
    this.#upgrade.submit(input, undefined, undefined, () => {});
  }

  #sight(file = this.#upgrade.state.plan?.package.file): Sight {
    return lookAt(this.#group.state, this.#software.state, file, this.#config.policyHash);
  }

  #status(): Record<string, unknown> {
    const { ready } = this.health();
    const { status, step, steps, stopped, plan, target, rollback } = this.#upgrade.state;
    const { appliances, packages } = this.#software.state;
    const { isOn, rules } = this.#group.state.deferral;
    return {
      state: status.toUpperCase(),
      ready,
      upgrade: {
        status,
        step,
        steps,
        stopped,
        // As it is now: the record of it is kept only while an upgrade is under way.
        share: servingPercent(this.#group.state),
        plan,
        target,
        rollback,
        ...(steps[step]?.kind === 'gate' && this.#probed && { probe: this.#probed }),
      },
      ...(rules.length > 0 && { deferred: isOn ? rules : [] }),
      appliances: appliances.map((appliance) => {
        const { id, runs, boots, work, failure, mvc, held, incarnation, snapshots, serial } = appliance;
        const role = appliance.spare === true ? 'spare' : appliance.role;
        const known = { id, role, runs, boots, failure, mvc, held, incarnation, snapshots };
        return { ...known, work: work?.kind ?? 'none', serial: serial ?? this.#config.serials[id] ?? '' };
      }),
      packages,
    };
  }

  #gauge(): void {
    this.#rt.count('upgrade_step_now', this.#upgrade.state.step);
    this.#rt.count('upgrade_share_percent_now', this.#upgrade.state.share);
  }

  #observation(what: string): { readonly id: string; readonly at: number; readonly from: 'observation' } {
    const { id, incarnation } = this.#rt.self;
    this.#inputs++;
    return { id: `conductor.${id}.${incarnation}.${what}.${this.#inputs}`, at: this.#now(), from: 'observation' };
  }

  #now(): number {
    return Math.floor(this.#rt.nowMs());
  }
}

export function createUpgradeConductor(rt: Runtime, config: UpgradeConductorConfig): Role {
  return new UpgradeConductorRole(rt, config);
}

/** What the operator gave as reason, where one was given. */
function whyOf({ why }: Command['args']): { readonly why?: string } {
  return typeof why === 'string' && why !== '' ? { why } : {};
}

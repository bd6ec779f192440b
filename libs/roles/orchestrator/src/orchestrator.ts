import { ApplianceSoftware } from '@rehearsal/appliance';
import type { Cancel, Command, CommandReply, Decider, Health, Role, Runtime } from '@rehearsal/kernel';
import { checkBy, commitIds, createDecider, every, LogFollower, serveInputs } from '@rehearsal/kernel';
import type { Channel, FrameHeader } from '@rehearsal/protocol';
import {
  channelOptions,
  ChannelHub,
  Detector,
  DETECTOR_ROUNDS,
  FRAME,
  HEADER_WORDS,
  nodeCode,
  nodeId,
  nodeKind,
} from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { securityGroup, securityGroupInput, tableMismatch } from '@rehearsal/security-group';
import type { OrchestratorConfig } from './config.js';
import { Egress } from './egress.js';
import { Lease } from './lease.js';
import { LeasedAnswers } from './leased-answers.js';
import { MemberWatch } from './member-watch.js';
import { Membership } from './membership.js';
import { moveSpare } from './operator-commands.js';
import { groupStatus, KnownTable } from './status.js';
import { SteeringPlane } from './steering-plane.js';

const KNOWN = 'status, table, assign and detach';

/**
 * An orchestrator: spreads packets over the security group's members and notices their deaths. It decides
 * on the group's stream together with the site's other orchestrator; the append arbitrates.
 */
export class OrchestratorRole implements Role {
  private readonly rt: Runtime;
  private readonly config: OrchestratorConfig;
  private readonly follower: LogFollower;
  private readonly group: Decider<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  private readonly hub: ChannelHub;
  private readonly egress: Egress;
  private readonly plane: SteeringPlane;
  private readonly detector: Detector;
  private readonly lease: Lease;
  private readonly answers: LeasedAnswers;
  private readonly membership: Membership;
  private readonly outside = nodeCode('outside', 'outside');
  private readonly peers: readonly { readonly id: string; readonly code: number }[];
  private readonly watch: MemberWatch;
  private readonly table = new KnownTable();
  private readonly software: ApplianceSoftware | undefined;
  private readonly cancels: Cancel[] = [];
  private probing: Cancel | undefined;
  private readonly beat = new Int32Array(HEADER_WORDS + 1);
  private readonly drainedWord = new Int32Array(HEADER_WORDS + 1);
  /** The change that members have been told is drained here. */
  private saidDrained = 0;
  private stopped = false;

  constructor(rt: Runtime, config: OrchestratorConfig) {
    this.rt = rt;
    this.config = config;
    const { settings } = config;
    this.follower = new LogFollower(rt);
    this.group = createDecider(rt, this.follower, {
      machine: securityGroup,
      stream: `security-group.${config.securityGroup}`,
      build: config.build,
      settings,
      newCommitId: commitIds(rt.self),
    });
    this.membership = new Membership({ rt, config, group: this.group });
    this.hub = new ChannelHub(
      rt,
      nodeCode('orchestrator', rt.self.id),
      this.membership.incarnation,
      channelOptions(settings),
      this,
    );
    this.egress = new Egress(rt, this.hub, this.outside);
    this.detector = new Detector(settings, (silence) => this.membership.propose(silence, this.detector, this.watch));
    this.plane = new SteeringPlane(rt, this.hub, config, this.egress, (code) =>
      this.detector.unreachable(code, rt.nowMs()),
    );
    this.lease = new Lease(rt, {
      leaseMs: () => settings['lease.ms'],
      stream: this.group.stream,
      lastSeq: () => this.group.lastSeq,
      onBehind: (commit) => this.group.fold(commit),
      onRenewed: () => this.answers.release(),
    });
    this.answers = new LeasedAnswers({ rt, plane: this.plane, lease: this.lease, settings });
    this.watch = new MemberWatch(rt, this.group, {
      newId: (what) => this.membership.inputId(what),
      onNewer: (code) => this.detector.replaced(code, rt.nowMs()),
      freshMs: () => settings['ccp.heartbeatMs'] * settings['ccp.deadMultiplier'],
    });
    this.peers = config.orchestrators
      .filter((id) => id !== rt.self.id)
      .map((id) => ({ id, code: nodeCode('orchestrator', id) }));
    if (config.keepsSoftware === true) this.software = this.createSoftware();
  }

  start(): void {
    this.group.onCommit((commit) => this.onCommit(commit.events));
    this.hub.start();
    this.cancels.push(this.rt.onBus((state) => this.detector.onBus(state, this.rt.nowMs())));
    this.cancels.push(serveInputs(this.rt, this.group, { check: checkBy(securityGroupInput, 'the security group') }));
    this.follower.start(() => {
      this.software?.start();
      this.lease.start();
      this.membership.configure();
      const heartbeatMs = (): number => this.config.settings['ccp.heartbeatMs'];
      this.repeat(heartbeatMs, () => this.heartbeat());
      this.repeat(
        () => heartbeatMs() / DETECTOR_ROUNDS,
        () => this.detector.round(this.rt.nowMs()),
      );
      this.probe();
    });
  }

  settingsChanged(): void {
    if (!this.follower.caughtUp || this.stopped) return;
    this.probe();
    if (this.group.version > 0) this.membership.setRules();
  }

  health(): Health {
    const ready = this.follower.caughtUp && this.membership.joined && this.lease.held(this.rt.nowMs());
    return { ready, detail: { version: this.group.version, leaseHeld: this.lease.held(this.rt.nowMs()) } };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    switch (command.name) {
      case 'status':
        done({ ok: true, body: this.status() });
        return;
      case 'table': {
        const { active, backup, joining, epoch } = this.group.state;
        done({ ok: true, body: { version: this.group.version, active, backup, joining, epoch } });
        return;
      }
      case 'assign':
      case 'detach':
        moveSpare(this.group, Math.floor(this.rt.nowMs()), command, done);
        return;
      default:
        done({ ok: false, reason: `an orchestrator knows the commands ${KNOWN}, not ${command.name}` });
    }
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.goDark();
    this.software?.stop();
    this.follower.stop();
    done();
  }

  /** It forwards nothing and says nothing any more; what it has in hand goes on. */
  private goDark(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.membership.stop();
    for (const cancel of this.cancels) cancel();
    this.probing?.();
    this.lease.stop();
    this.plane.flush();
    this.egress.flush();
    this.hub.stop();
  }

  /** From the beginning of an installation until it has rebooted nothing passes (fidelity: F-ORCHESTRATOR-OUTAGE). */
  private createSoftware(): ApplianceSoftware {
    const { rt, follower, config } = this;
    return new ApplianceSoftware({
      rt,
      follower,
      securityGroup: config.securityGroup,
      settings: config.settings,
      host: {
        workBegun: () => this.goDark(),
        // What it was before comes back with a reboot, as it would with another.
        workFailed: () => rt.reboot('orderly', config.settings['upgrade.orchestratorRebootSec'] * 1000),
        isNeeded: () => false,
        leave: () => {},
        changed: () => {},
      },
    });
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number): void {
    const nowMs = this.rt.nowMs();
    this.detector.heard(code, incarnation, nowMs);
    const member = nodeKind(code) === 'member' ? this.plane.ways.byCode(code) : undefined;
    if (member !== undefined && member.incarnation === incarnation) member.lastHeardMs = nowMs;
  }

  onFrame(type: number, words: Int32Array, channel: Channel): void {
    if (this.stopped) return;
    if (type === FRAME.packets && channel.peerCode === this.outside) {
      if (this.membership.joined) this.plane.onPackets(words);
      else this.plane.refuse(words);
    } else if (type === FRAME.answer && nodeKind(channel.peerCode) === 'member') {
      this.answers.take(words, channel);
      if (this.plane.drainedFor !== this.saidDrained) this.sayDrained();
    } else {
      this.rt.count('frames_unexpected', 1);
    }
  }

  onDatagram(header: FrameHeader, words: Int32Array): void {
    if (header.type !== FRAME.heartbeat || this.stopped) return;
    const kind = nodeKind(header.from);
    if (kind === 'member' && this.follower.caughtUp) this.watch.onBeat(header, words);
    else if (kind === 'outside') this.hub.open(header.from, header.fromIncarnation);
    else if (kind === 'orchestrator') this.onPeerBeat(header);
  }

  onUndeliverable(code: number): void {
    this.detector.socketLost(code, this.rt.nowMs());
  }

  onChannel(channel: Channel): void {
    if (channel.peerCode === this.outside) channel.onAcked = this.egress.drain;
    else if (nodeKind(channel.peerCode) === 'member') this.plane.ways.adopt(channel);
  }

  // What the log says.

  private onCommit(events: readonly SecurityGroupEvent[]): void {
    const state = this.group.state;
    const mismatch = tableMismatch(state, events);
    if (mismatch !== undefined) {
      this.rt.fatal('table_hash_differs', { version: this.group.version, ...mismatch });
      return;
    }
    this.watchPeers(state);
    const damping = state.frozenUntil > 0 ? 'frozen' : state.culOffAt > 0 ? 'load' : 'none';
    this.detector.damp(damping, this.rt.nowMs());
    this.plane.onTable(state);
    this.hub.tableVersion = this.group.version;
    this.config.probe?.onTable(
      `orchestrator ${this.rt.self.id}`,
      this.group.version,
      state.active,
      state.backup,
      state.epoch,
    );
    // New active members wait for this word before they serve.
    this.beatMembers();
    if (this.follower.caughtUp && !this.membership.joined) this.onReadLost(state);
  }

  /** The log says that this incarnation is lost: what it held has been named by others. Begin anew. */
  private onReadLost(state: SecurityGroupState): void {
    if (this.membership.lost) {
      this.rt.note('warn', 'read_itself_lost', { life: this.membership.incarnation });
      this.membership.rebirth();
      this.plane.clear();
      this.egress.clear();
      this.answers.clear();
      this.hub.rebirth(this.membership.incarnation);
    }
    if (state.version > 0) this.membership.join();
  }

  private watchPeers(state: SecurityGroupState): void {
    const nowMs = this.rt.nowMs();
    // What was decided before this process came says nothing of who is there now.
    const current = this.follower.caughtUp;
    for (const member of state.members) {
      const code = nodeCode('member', member.id);
      if (member.status === 'active') {
        this.detector.watch(code, member.incarnation, nowMs, current);
      } else {
        this.detector.forget(code);
      }
    }
    for (const peer of this.peers) {
      const known = state.orchestrators.find((o) => o.id === peer.id);
      if (known?.status === 'active') this.detector.watch(peer.code, known.incarnation, nowMs, current);
      else this.detector.forget(peer.code);
    }
  }

  private onPeerBeat(header: FrameHeader): void {
    const known = this.group.state.orchestrators.find((o) => o.id === nodeId(header.from));
    if (known?.status === 'active' && header.fromIncarnation > known.incarnation)
      this.detector.replaced(header.from, this.rt.nowMs());
  }

  // Signs of life.

  private heartbeat(): void {
    this.membership.join();
    this.plane.expireFragments();
    this.beatMembers();
    this.beat[HEADER_WORDS] = this.health().ready ? 1 : 0;
    for (const peer of this.peers) this.hub.datagram(peer.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    this.hub.datagram(this.outside, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    this.rt.count('pending_packets_now', this.plane.pending.size);
  }

  private beatMembers(): void {
    if (!this.membership.joined) return;
    this.beat[HEADER_WORDS] = 1;
    for (const member of this.plane.ways.all) {
      this.hub.datagram(member.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    }
    this.sayDrained();
  }

  /** While the distribution changes members wait for this word: nothing steered before it is outstanding here. */
  private sayDrained(): void {
    const since = this.membership.joined ? this.plane.drainedFor : 0;
    this.saidDrained = since;
    if (since === 0) return;
    this.drainedWord[HEADER_WORDS] = since;
    for (const member of this.plane.ways.all) {
      if (member.active) this.hub.datagram(member.code, FRAME.drained, this.drainedWord, HEADER_WORDS + 1);
    }
  }

  /** Begins to probe, or ends it, as the settings have it. */
  private probe(): void {
    const probeMs = (): number => this.config.settings['detector.probeMs'];
    if (probeMs() > 0) this.probing ??= every(this.rt, probeMs, () => this.probeMembers());
    else {
      this.probing?.();
      this.probing = undefined;
    }
  }

  /** Something to be undeliverable, for members that get no packets just now. */
  private probeMembers(): void {
    this.beat[HEADER_WORDS] = 1;
    for (const member of this.plane.ways.all) {
      if (member.active) this.hub.datagram(member.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    }
  }

  private repeat(periodMs: () => number, run: () => void): void {
    this.cancels.push(every(this.rt, periodMs, run));
  }

  private status(): Record<string, unknown> {
    const lease = this.lease.held(this.rt.nowMs());
    return {
      id: this.rt.self.id,
      incarnation: this.membership.incarnation,
      state: this.membership.joined ? (lease ? 'ACTIVE' : 'NO_LEASE') : 'INIT',
      ready: this.health().ready,
      pendingPackets: this.plane.pending.size,
      heldPackets: this.plane.heldPackets,
      ...this.software?.status(),
      ...groupStatus(this.group.state, this.group.version, this.watch, this.table),
    };
  }
}

export function createOrchestrator(rt: Runtime, config: OrchestratorConfig): Role {
  return new OrchestratorRole(rt, config);
}

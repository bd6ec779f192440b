import type { Cancel, Command, CommandReply, Decider, Health, Input, Role, Runtime } from '@rehearsal/kernel';
import { commitIds, createDecider, every, LogFollower, serveInputs } from '@rehearsal/kernel';
import type { Channel, FrameHeader, Silence } from '@rehearsal/protocol';
import {
  channelOptions,
  ChannelHub,
  Detector,
  DETECTOR_ROUNDS,
  firstLife,
  FRAME,
  HEADER_WORDS,
  nextLife,
  nodeCode,
  nodeId,
  nodeKind,
} from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import {
  activeMembers,
  exposedSlots,
  memberOf,
  memberState,
  securityGroup,
  securityGroupInput,
  siteWords,
  tableHash,
  tableMismatch,
} from '@rehearsal/security-group';
import type { OrchestratorConfig } from './config.js';
import { Egress } from './egress.js';
import { Lease } from './lease.js';
import { MemberWatch } from './member-watch.js';
import { SteeringPlane } from './steering-plane.js';

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
  private readonly outside = nodeCode('outside', 'outside');
  private readonly peers: readonly { readonly id: string; readonly code: number }[];
  private readonly watch: MemberWatch;
  private readonly cancels: Cancel[] = [];
  /** Answers that came while the lease had run out. */
  private withheld: { words: Int32Array; channel: Channel }[] = [];
  private readonly beat = new Int32Array(HEADER_WORDS + 1);
  private incarnation: number;
  private inputs = 0;
  private stopped = false;
  private joinAsked = false;

  constructor(rt: Runtime, config: OrchestratorConfig) {
    this.rt = rt;
    this.config = config;
    const { settings } = config;
    this.incarnation = firstLife(rt.self.incarnation);
    this.follower = new LogFollower(rt);
    this.group = createDecider(rt, this.follower, {
      machine: securityGroup,
      stream: `security-group.${config.securityGroup}`,
      build: config.build,
      settings,
      newCommitId: commitIds(rt.self),
    });
    this.hub = new ChannelHub(
      rt,
      nodeCode('orchestrator', rt.self.id),
      this.incarnation,
      channelOptions(settings),
      this,
    );
    this.egress = new Egress(rt, this.hub, this.outside);
    this.detector = new Detector(settings, (silence) => this.propose(silence));
    this.plane = new SteeringPlane(rt, this.hub, config, this.egress, (code) =>
      this.detector.unreachable(code, rt.nowMs()),
    );
    this.lease = new Lease(rt, {
      leaseMs: settings['lease.ms'],
      stream: this.group.stream,
      lastSeq: () => this.group.lastSeq,
      onBehind: (commit) => this.group.fold(commit),
      onRenewed: () => this.releaseWithheld(),
    });
    this.watch = new MemberWatch(rt, this.group, {
      newId: (what) => this.inputId(what),
      onNewer: (code) => this.detector.replaced(code, rt.nowMs()),
      freshMs: settings['ccp.heartbeatMs'] * settings['ccp.deadMultiplier'],
    });
    this.peers = config.orchestrators
      .filter((id) => id !== rt.self.id)
      .map((id) => ({ id, code: nodeCode('orchestrator', id) }));
  }

  start(): void {
    this.group.onCommit((commit) => this.onCommit(commit.events));
    this.hub.start();
    this.cancels.push(this.rt.onBus((state) => this.detector.onBus(state, this.rt.nowMs())));
    this.cancels.push(serveInputs(this.rt, this.group, { check: whatIsWrong }));
    this.follower.start(() => {
      this.lease.start();
      this.configure();
      this.repeat(this.config.settings['ccp.heartbeatMs'], () => this.heartbeat());
      this.repeat(this.config.settings['ccp.heartbeatMs'] / DETECTOR_ROUNDS, () =>
        this.detector.round(this.rt.nowMs()),
      );
      const probeMs = this.config.settings['detector.probeMs'];
      if (probeMs > 0) this.repeat(probeMs, () => this.probeMembers());
    });
  }

  health(): Health {
    const ready = this.follower.caughtUp && this.joined() && this.lease.held(this.rt.nowMs());
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
      default:
        done({ ok: false, reason: `an orchestrator knows the commands status and table, not ${command.name}` });
    }
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.stopped = true;
    for (const cancel of this.cancels) cancel();
    this.lease.stop();
    this.follower.stop();
    this.plane.flush();
    this.egress.flush();
    this.hub.stop();
    done();
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number): void {
    const nowMs = this.rt.nowMs();
    this.detector.heard(code, incarnation, nowMs);
    const member = nodeKind(code) === 'member' ? this.plane.memberByCode(code) : undefined;
    if (member !== undefined && member.incarnation === incarnation) member.lastHeardMs = nowMs;
  }

  onFrame(type: number, words: Int32Array, channel: Channel): void {
    if (this.stopped) return;
    if (type === FRAME.packets && channel.peerCode === this.outside) {
      if (this.joined()) this.plane.onPackets(words);
      else this.plane.refuse(words);
    } else if (type === FRAME.answer && nodeKind(channel.peerCode) === 'member') {
      this.onAnswer(words, channel);
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
    else if (nodeKind(channel.peerCode) === 'member') this.plane.adopt(channel);
  }

  // Decisions.

  /** Version 1 of the stream; whoever comes first writes it, for the others it is already so. */
  private configure(): void {
    if (this.group.version > 0) {
      this.join();
      return;
    }
    const { settings, members, orchestrators, securityGroup: id } = this.config;
    this.group.submit(
      {
        type: 'configure',
        id: `configure.${id}`,
        at: this.now(),
        from: 'command',
        config: {
          members: members.map((m) => ({ id: m.id, weight: m.weight })),
          orchestrators: [...orchestrators],
          slots: settings['dist.slots'],
          placement: settings['dist.placement'],
          requireInStep: settings['hypersync.requireInStep'],
          rules: {
            drain: settings['admin.drain'],
            culThresholdPercent: settings['cul.thresholdPercent'],
            culOffMs: settings['cul.offSec'] * 1000,
            freezeOnInstallMs: settings['freeze.policyInstallSec'] * 1000,
            lockstep: settings['policy.lockstep'],
            installWithinMs: settings['policy.installWithinMs'],
          },
        },
      },
      undefined,
      undefined,
      (reply) => {
        if (reply.kind === 'failed') this.rt.after(this.config.settings['ccp.heartbeatMs'], () => this.configure());
        else this.join();
      },
    );
  }

  private join(): void {
    if (this.joinAsked || this.stopped || this.joined()) return;
    this.joinAsked = true;
    this.group.submit(
      {
        type: 'orchestratorSeen',
        id: this.inputId('orchestrator-seen'),
        at: this.now(),
        from: 'observation',
        orchestrator: this.rt.self.id,
        incarnation: this.incarnation,
        evidence: {},
      },
      undefined,
      undefined,
      () => {
        this.joinAsked = false;
      },
    );
  }

  private propose(silence: Silence): void {
    const { code, incarnation, reason } = silence;
    const at = this.now();
    const id = nodeId(code);
    const evidence = { ...silence.evidence };
    const retry = (kind: string): void => {
      // While states are frozen nothing follows from it: it is proposed again after that.
      if (kind === 'failed' || this.group.state.frozenUntil > 0) this.detector.retry(code);
    };
    if (nodeKind(code) === 'member') {
      const connections = this.watch.connectionsOf(code, incarnation);
      if (connections !== undefined) evidence['connections'] = connections;
      this.group.submit(
        {
          type: 'memberSilent',
          id: this.inputId(`silent.${id}.${incarnation}`),
          at,
          from: 'observation',
          member: id,
          incarnation,
          reason,
          version: this.group.version,
          evidence,
        },
        undefined,
        undefined,
        (reply) => retry(reply.kind),
      );
    } else {
      this.group.submit(
        {
          type: 'orchestratorSilent',
          id: this.inputId(`silent.${id}.${incarnation}`),
          at,
          from: 'observation',
          orchestrator: id,
          incarnation,
          reason,
          evidence,
        },
        undefined,
        undefined,
        (reply) => retry(reply.kind),
      );
    }
  }

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
    if (this.follower.caughtUp && !this.joined()) this.onReadLost(state);
  }

  /** The log says that this incarnation is lost: what it held has been named by others. Begin anew. */
  private onReadLost(state: SecurityGroupState): void {
    const self = state.orchestrators.find((o) => o.id === this.rt.self.id);
    if (self !== undefined && self.incarnation === this.incarnation) {
      this.rt.note('warn', 'read_itself_lost', { life: this.incarnation });
      this.incarnation = nextLife(this.incarnation);
      this.plane.clear();
      this.egress.clear();
      this.withheld = [];
      this.hub.rebirth(this.incarnation);
    }
    if (state.version > 0) this.join();
  }

  private watchPeers(state: SecurityGroupState): void {
    const nowMs = this.rt.nowMs();
    for (const member of state.members) {
      const code = nodeCode('member', member.id);
      if (member.status === 'active') {
        this.detector.watch(code, member.incarnation, nowMs);
      } else {
        this.detector.forget(code);
      }
    }
    for (const peer of this.peers) {
      const known = state.orchestrators.find((o) => o.id === peer.id);
      if (known?.status === 'active') this.detector.watch(peer.code, known.incarnation, nowMs);
      else this.detector.forget(peer.code);
    }
  }

  private onPeerBeat(header: FrameHeader): void {
    const known = this.group.state.orchestrators.find((o) => o.id === nodeId(header.from));
    if (known?.status === 'active' && header.fromIncarnation > known.incarnation)
      this.detector.replaced(header.from, this.rt.nowMs());
  }

  // Answers, fenced and leased.

  private onAnswer(words: Int32Array, channel: Channel): void {
    const member = this.plane.memberByCode(channel.peerCode);
    const current = member !== undefined && member.active && member.incarnation === channel.peerIncarnation;
    // fidelity: F-EGRESS-FENCE
    if (!current && this.config.settings['egress.fence']) {
      this.rt.count('answers_fenced', 1);
      return;
    }
    if (!this.lease.held(this.rt.nowMs())) {
      this.withheld.push({ words: new Int32Array(words), channel });
      this.rt.count('answers_withheld', 1);
      return;
    }
    this.plane.onAnswer(words);
  }

  private releaseWithheld(): void {
    if (this.withheld.length === 0) return;
    const withheld = this.withheld;
    this.withheld = [];
    for (const { words, channel } of withheld) this.onAnswer(words, channel);
  }

  // Signs of life.

  private heartbeat(): void {
    this.join();
    this.plane.expireFragments();
    this.beatMembers();
    this.beat[HEADER_WORDS] = this.health().ready ? 1 : 0;
    for (const peer of this.peers) this.hub.datagram(peer.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    this.hub.datagram(this.outside, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    this.rt.count('pending_packets_now', this.plane.pending.size);
  }

  private beatMembers(): void {
    if (!this.joined()) return;
    this.beat[HEADER_WORDS] = 1;
    for (const member of this.plane.members) {
      this.hub.datagram(member.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    }
  }

  /** Something to be undeliverable, for members that get no packets just now. */
  private probeMembers(): void {
    this.beat[HEADER_WORDS] = 1;
    for (const member of this.plane.members) {
      if (member.active) this.hub.datagram(member.code, FRAME.heartbeat, this.beat, HEADER_WORDS + 1);
    }
  }

  private joined(): boolean {
    const self = this.group.state.orchestrators.find((o) => o.id === this.rt.self.id);
    return self !== undefined && self.status === 'active' && self.incarnation === this.incarnation;
  }

  private repeat(periodMs: number, run: () => void): void {
    this.cancels.push(every(this.rt, periodMs, run));
  }

  private status(): Record<string, unknown> {
    const { state } = this.group;
    const lease = this.lease.held(this.rt.nowMs());
    return {
      id: this.rt.self.id,
      incarnation: this.incarnation,
      state: this.joined() ? (lease ? 'ACTIVE' : 'NO_LEASE') : 'INIT',
      ready: this.health().ready,
      activeMembers: activeMembers(state).map((n) => memberOf(state, n)),
      exposedSlots: exposedSlots(state).length,
      balanced: this.group.version > 0 && !state.rebalancing && state.joining.every((n) => n === 0),
      tableVersion: this.group.version,
      tableHash: tableHash(state),
      smo: memberOf(state, state.smo),
      pendingPackets: this.plane.pending.size,
      underLoad: state.culOffAt > 0,
      frozen: state.frozenUntil > 0,
      policyHash: state.policyHash,
      slots: state.members.map((m, i) => {
        const word = memberState(state, i + 1, this.watch.heard(m));
        return {
          member: m.id,
          incarnation: m.incarnation,
          status: m.status,
          state: word,
          site: siteWords(word, this.watch.everHeard(m), true),
          admin: m.admin,
          problems: m.problems,
          active: state.active.filter((n) => n === i + 1).length,
          backup: state.backup.filter((n) => n === i + 1).length,
        };
      }),
    };
  }

  private inputId(what: string): string {
    this.inputs++;
    return `${this.rt.self.id}.${this.incarnation}.${what}.${this.inputs}`;
  }

  private now(): number {
    return Math.floor(this.rt.nowMs());
  }
}

function whatIsWrong(input: Input): string | undefined {
  const parsed = securityGroupInput.safeParse(input);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  return `not an input of the security group: ${issue?.path.join('.')} ${issue?.message}`;
}

export function createOrchestrator(rt: Runtime, config: OrchestratorConfig): Role {
  return new OrchestratorRole(rt, config);
}

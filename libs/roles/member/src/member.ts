import type { Cancel, Command, CommandReply, Health, Role, Runtime } from '@rehearsal/kernel';
import { every, LogFollower, MachineView } from '@rehearsal/kernel';
import { compilePolicy } from '@rehearsal/policy';
import type { Channel, FrameHeader } from '@rehearsal/protocol';
import {
  BEAT_WORDS,
  channelOptions,
  ChannelHub,
  firstLife,
  FRAME,
  HEADER_WORDS,
  nextLife,
  nodeCode,
  nodeId,
  nodeKind,
  writeMemberBeat,
} from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { isDetached, memberOf, securityGroup, tableMismatch } from '@rehearsal/security-group';
import type { MemberConfig } from './config.js';
import { DataPlane } from './data-plane.js';
import { answerConfig, configurationOf } from './inner-life-config.js';
import { InnerLife } from './inner-life.js';
import { MemberSoftware } from './member-software.js';
import { PolicyPull } from './policy-pull.js';

/** Of one life of the member; what it is called also depends on the group: see InnerLife. */
type State = 'INIT' | 'READY' | 'ACTIVE';

const EXPIRY_EVERY_MS = 1000;
const SEARCH_ROWS = 100;
const MAX_SEARCH_ROWS = 1000;

/**
 * A Security Group Member: serves the slots the folded table gives it, keeps their backups in step, and
 * holds copies for others. All it knows of the group comes from the log; it decides nothing itself.
 * This is its life: how it comes up, joins, is lost and comes back. What it does with packets is the data plane's.
 */
export class MemberRole implements Role {
  private readonly rt: Runtime;
  private readonly config: MemberConfig;
  private readonly me: number;
  private readonly follower: LogFollower;
  private readonly group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  private readonly hub: ChannelHub;
  private readonly plane: DataPlane;
  private readonly policyPull: PolicyPull;
  private readonly inner: InnerLife;
  private readonly software: MemberSoftware | undefined;
  private readonly cancels: Cancel[] = [];
  private readonly beat = new Int32Array(HEADER_WORDS + BEAT_WORDS);
  private policy: unknown;
  private state: State = 'INIT';
  private incarnation: number;
  private joinedOnce = false;
  /** All that the log had when this process began to read it. */
  private hasReadLog = false;

  constructor(rt: Runtime, config: MemberConfig) {
    this.rt = rt;
    this.config = config;
    this.incarnation = firstLife(rt.self.incarnation);
    this.me = config.members.findIndex((m) => m.id === rt.self.id) + 1;
    this.follower = new LogFollower(rt);
    this.group = new MachineView(securityGroup, `security-group.${config.securityGroup}`);
    this.follower.add(this.group);
    const options = channelOptions(config.settings);
    this.hub = new ChannelHub(rt, nodeCode('member', rt.self.id), this.incarnation, options, this);
    this.policy = config.policy;
    const { me, hub, group } = this;
    const busyUsPerPacket = (): number => this.inner.load.busyUsPerPacket;
    this.plane = new DataPlane({ rt, config, me, hub, group, busyUsPerPacket, heartbeat: () => this.heartbeat() });
    this.policyPull = new PolicyPull(
      rt,
      () => memberOf(this.group.state, this.group.state.smo),
      (policy, from, { configuration, image } = {}) => {
        this.inner.tookConfiguration(configuration, from);
        if (this.software?.holdsBack(from, image) === true) return;
        this.becomeReady(this.inner.install.comingUpWith(policy), from);
      },
    );
    this.inner = this.createInnerLife();
    if (config.keepsSoftware === true) this.software = this.createSoftware();
  }

  start(): void {
    this.group.onCommit((commit) => this.onCommit(commit.events));
    this.hub.start();
    this.cancels.push(
      answerConfig(this.rt, this.inner, this.config, () =>
        this.state === 'ACTIVE' ? { policy: this.policy, image: this.software?.image } : undefined,
      ),
    );
    this.follower.start(() => {
      this.hasReadLog = true;
      this.software?.start();
      if (!this.inner.isDown) this.comeUp();
      this.repeat(
        () => this.config.settings['ccp.heartbeatMs'],
        () => {
          this.inner.measure();
          this.heartbeat();
        },
      );
      this.repeat(
        () => EXPIRY_EVERY_MS,
        () => this.plane.expire(),
      );
    });
  }

  settingsChanged(): void {
    this.plane.settingsChanged();
    this.inner.settingsChanged();
  }

  health(): Health {
    // One that is in no group is as well as it can be.
    const ready = this.isDetached ? this.hasReadLog : this.state === 'ACTIVE' && !this.inner.isDown;
    return {
      ready,
      detail: { state: this.state, version: this.group.version },
    };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    if (command.name === 'status') done({ ok: true, body: this.status() });
    else if (command.name === 'report') {
      this.plane.report();
      done({ ok: true, body: {} });
    } else if (command.name === 'search') done({ ok: true, body: this.search(command.args) });
    else if (!this.inner.command(command, done)) {
      done({ ok: false, reason: `a member knows no command ${command.name}` });
    }
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.plane.stop();
    for (const cancel of this.cancels) cancel();
    this.policyPull.stop();
    this.software?.stop();
    this.inner.stop();
    this.follower.stop();
    this.hub.stop();
    done();
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number, tableVersion: number): void {
    this.plane.onHeard(code, incarnation, tableVersion);
  }

  /** A heartbeat says only that its sender lives and what it has folded: see onHeard. */
  onDatagram(header: FrameHeader, words: Int32Array): void {
    if (header.type !== FRAME.drained || nodeKind(header.from) !== 'orchestrator') return;
    if (words.length > HEADER_WORDS)
      this.plane.onDrained(nodeId(header.from), header.fromIncarnation, words[HEADER_WORDS] as number);
  }

  onUndeliverable(): void {
    // Members learn of a peer's death from the log alone.
  }

  onChannel(channel: Channel): void {
    this.plane.onChannel(channel);
  }

  onEnded(channel: Channel): void {
    this.plane.onEnded(channel);
  }

  onFrame(type: number, words: Int32Array, channel: Channel): void {
    if (!this.inner.isDown) this.plane.onFrame(type, words, channel);
  }

  // What the log says of this member.

  private onCommit(events: readonly SecurityGroupEvent[]): void {
    const { state } = this.group;
    const mismatch = tableMismatch(state, events);
    if (mismatch !== undefined) {
      this.rt.fatal('table_hash_differs', { version: this.group.version, ...mismatch });
      return;
    }
    if (events.some((event) => event.type === 'AutoCloneSet')) this.software?.onAutoClone();
    if (events.some((event) => event.type === 'SpareAssigned' && event.member === this.rt.self.id)) this.onAssigned();
    const self = state.members[this.me - 1];
    if (!this.isJoined) {
      const over =
        this.joinedOnce || (self !== undefined && self.incarnation >= this.incarnation && self.status === 'out');
      if (over) this.rebirth(self?.drained ?? false);
      else if (this.isDetached) this.onDetached();
      this.software?.onOut();
      this.hub.tableVersion = this.group.version;
      this.inner.onState();
      return;
    }
    this.joinedOnce = true;
    if (this.inner.isDown) {
      this.hub.tableVersion = this.group.version;
      return;
    }
    if (this.state !== 'ACTIVE') this.setState('ACTIVE');
    this.plane.takeTable(state, events);
    this.inner.onState();
  }

  /** This incarnation is over, in the log or by itself: fence, drop all state, come back as a new one. */
  private rebirth(drained: boolean): void {
    if (drained) this.rt.note('info', 'drained', { life: this.incarnation });
    else this.rt.note('warn', 'read_itself_lost', { life: this.incarnation });
    this.clearDataPlane();
    this.incarnation = nextLife(this.incarnation);
    this.joinedOnce = false;
    this.setState('INIT');
    this.hub.rebirth(this.incarnation);
    this.inner.onNewLife();
  }

  private clearDataPlane(): void {
    this.policyPull.stop();
    this.plane.clear();
  }

  /** Not before the log has been read: until then nobody here knows who hands a policy out. */
  private comeUp(): void {
    this.hub.deaf = false;
    if (this.hasReadLog && !this.isDetached) this.policyPull.start(this.isBlank ? undefined : this.policy);
  }

  /** It is another appliance than the one that served here last: no policy was ever installed on it. */
  private get isBlank(): boolean {
    const self = this.group.state.members[this.me - 1];
    if (self?.assignedAt !== undefined && self.joinedAt < self.assignedAt) return true;
    return this.software?.isNewSince(self?.incarnation ?? 0) === true;
  }

  /** In no group: it waits to be assigned to one. */
  private get isDetached(): boolean {
    const self = this.group.state.members[this.me - 1];
    return self === undefined ? this.config.members[this.me - 1]?.spare === true : isDetached(self);
  }

  /** A spare boots into the group: what it has is compared with what the group has. */
  private onAssigned(): void {
    this.software?.compareAgain();
    if (!this.inner.isDown) this.comeUp();
  }

  /** It had not joined yet. */
  private onDetached(): void {
    this.policyPull.stop();
    this.setState('INIT');
  }

  private becomeReady(policy: unknown, from: string): void {
    this.enforce(policy);
    this.rt.note('info', 'policy_installed', { from });
    this.setState('READY');
    this.heartbeat();
  }

  private enforce(policy: unknown): void {
    this.policy = policy;
    this.plane.install(compilePolicy(policy));
    this.inner.enforced();
  }

  private setState(state: State): void {
    if (state === this.state) return;
    this.rt.note('info', 'member_state', { from: this.state, to: state, life: this.incarnation });
    this.state = state;
  }

  // Signs of life.

  private heartbeat(): void {
    const { rank = 0, mixes = false } = this.software ?? {};
    const words = writeMemberBeat(this.beat, { ...this.inner.beat(), rank, mixes });
    for (const id of this.config.orchestrators) {
      this.hub.datagram(nodeCode('orchestrator', id), FRAME.heartbeat, this.beat, words);
    }
    this.plane.count();
    this.plane.report();
  }

  private createInnerLife(): InnerLife {
    return new InnerLife({
      rt: this.rt,
      settings: this.config.settings,
      stream: this.group.stream,
      configuration: configurationOf(this.config),
      me: this.me,
      state: () => this.group.state,
      lifeState: () => this.state,
      rank: () => this.software?.rank ?? 0,
      release: (name) => this.software?.releaseOf(name),
      policyOfFile: this.config.policy,
      policy: () => this.policy,
      enforce: (policy) => this.enforce(policy),
      clearDataPlane: () => {
        this.hub.deaf = true;
        this.clearDataPlane();
      },
      newLife: () => this.rebirth(false),
      comeUp: () => this.comeUp(),
      heartbeat: () => this.heartbeat(),
      isEmptyHanded: () => this.plane.isEmptyHanded(),
      isSpreadReady: () => this.plane.isSpreadReady,
      connections: () => this.plane.servedConnections(),
    });
  }

  private get isJoined(): boolean {
    const self = this.group.state.members[this.me - 1];
    return self?.status === 'active' && self.incarnation === this.incarnation;
  }

  private createSoftware(): MemberSoftware {
    return new MemberSoftware({
      rt: this.rt,
      follower: this.follower,
      config: this.config,
      inner: this.inner,
      bear: (hazards, onHazard) => this.plane.bear(hazards, onHazard),
      autoClone: () => this.group.state.autoClone,
      serves: () => this.isJoined,
      comeUp: () => this.comeUp(),
    });
  }

  private repeat(periodMs: () => number, run: () => void): void {
    this.cancels.push(every(this.rt, periodMs, run));
  }

  /** `args`: ends in host order and protocol, as numbers, each only where it is meant; `limit` rows, default 100. */
  private search(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const number = (name: string): number | undefined => {
      const value = args[name];
      return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
    };
    const filter = {
      src: number('src'),
      dst: number('dst'),
      srcPort: number('srcPort'),
      dstPort: number('dstPort'),
      proto: number('proto'),
    };
    return this.plane.search(filter, Math.min(number('limit') ?? SEARCH_ROWS, MAX_SEARCH_ROWS));
  }

  private status(): Record<string, unknown> {
    return {
      id: this.rt.self.id,
      incarnation: this.incarnation,
      state: this.inner.word(),
      ready: this.health().ready,
      ...this.inner.status(),
      ...this.software?.status(),
      ...this.plane.status(),
      version: this.group.version,
    };
  }
}

export function createMember(rt: Runtime, config: MemberConfig): Role {
  return new MemberRole(rt, config);
}

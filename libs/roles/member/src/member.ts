import {
  ConnectionTable,
  DeltaReader,
  Expectations,
  Expiry,
  ForwardingEntries,
  NOT_HERE,
  Pipeline,
  Steering,
} from '@rehearsal/dataplane';
import type { Cancel, Command, CommandReply, Health, Role, Runtime } from '@rehearsal/kernel';
import { every, LogFollower, MachineView } from '@rehearsal/kernel';
import type { CompiledPolicy } from '@rehearsal/policy';
import { compilePolicy, servicePorts } from '@rehearsal/policy';
import type { Channel } from '@rehearsal/protocol';
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
  REASONS,
  writeMemberBeat,
} from '@rehearsal/protocol';
import type {
  DataplaneTable,
  SecurityGroupEvent,
  SecurityGroupInput,
  SecurityGroupState,
} from '@rehearsal/security-group';
import {
  activeMembers,
  memberNumber,
  memberOf,
  securityGroup,
  tableForDataplane,
  tableMismatch,
} from '@rehearsal/security-group';
import type { MemberConfig } from './config.js';
import { CopyReports } from './copy-reports.js';
import { Correction, HANDED_BYTES, HANDED_WORDS } from './correction.js';
import type { DutyChange } from './duties.js';
import { Duties, DUTY } from './duties.js';
import { EgressHold } from './egress-hold.js';
import { Handover } from './handover.js';
import { answerConfig, configurationOf } from './inner-life-config.js';
import { Ingress } from './inner-life-ingress.js';
import { InnerLife } from './inner-life.js';
import { Expecting } from './expecting.js';
import { Legs } from './legs.js';
import type { Awaited } from './peer-way.js';
import { PeerWay } from './peer-way.js';
import { PolicyPull } from './policy-pull.js';
import { applyDelta, Replication } from './replication.js';
import { Serving, tableVersionOf, Unfolded } from './serving.js';

/** Of one life of the member; what it is called also depends on the group: see InnerLife. */
type State = 'INIT' | 'READY' | 'ACTIVE';

const EXPIRY_EVERY_MS = 1000;
/** A round of expiry looks at this share of the table. */
const EXPIRY_ROUNDS = 8;
const EXPIRY_LEAST = 1024;
/** A copy outlives its original by this, since the original's owner says when it ends. */
const COPY_GRACE_MS = 10_000;
/** Connections seen this recently may still be replayed after a loss. */
const REPLAY_WITHIN_MS = 5_000;

/**
 * A Security Group Member: serves the slots the folded table gives it, keeps their backups in step, and
 * holds copies for others. All it knows of the group comes from the log; it decides nothing itself.
 */
export class MemberRole implements Role {
  private readonly rt: Runtime;
  private readonly config: MemberConfig;
  private readonly me: number;
  private readonly follower: LogFollower;
  private readonly group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  private readonly hub: ChannelHub;
  private readonly connections: ConnectionTable;
  private readonly deltaReader: DeltaReader;
  private readonly expiry: Expiry;
  private readonly pipeline: Pipeline;
  private readonly duties: Duties;
  private readonly serving: Serving;
  private readonly correction: Correction;
  private readonly legs: Legs;
  private readonly expectations = new Expectations();
  private readonly expecting: Expecting;
  private readonly unfolded = new Unfolded();
  private readonly egress = new EgressHold();
  private readonly replication: Replication;
  private readonly handover: Handover;
  private readonly reports: CopyReports;
  private readonly policyPull: PolicyPull;
  private readonly inner: InnerLife;
  private readonly ingress: Ingress;
  /** Slots to be released to a member as soon as they could have been served here. */
  private readonly relay = new Map<number, number>();
  private readonly ways = new Map<number, PeerWay>();
  private readonly cancels: Cancel[] = [];
  private readonly beat = new Int32Array(HEADER_WORDS + BEAT_WORDS);
  private policy: unknown;
  private state: State = 'INIT';
  private incarnation: number;
  private joinedOnce = false;
  private turnQueued = false;
  private lastFlushMs = 0;
  private flushTimer: Cancel | undefined;
  private stopped = false;

  constructor(rt: Runtime, config: MemberConfig) {
    this.rt = rt;
    this.config = config;
    const { settings } = config;
    const slots = settings['dist.slots'];
    this.incarnation = firstLife(rt.self.incarnation);
    this.me = config.members.findIndex((m) => m.id === rt.self.id) + 1;
    this.follower = new LogFollower(rt);
    this.group = new MachineView(securityGroup, `security-group.${config.securityGroup}`);
    this.follower.add(this.group);
    this.hub = new ChannelHub(rt, nodeCode('member', rt.self.id), this.incarnation, channelOptions(settings), this);
    this.connections = new ConnectionTable({
      capacity: settings['table.connectionsPerMember'],
      slots,
      baseMs: rt.nowMs(),
    });
    this.deltaReader = new DeltaReader(this.connections);
    this.expiry = new Expiry(this.connections, {
      tcpStartSec: settings['tcp.startTimeoutSec'],
      tcpSessionSec: settings['tcp.sessionTimeoutSec'],
      tcpEndSec: settings['tcp.endTimeoutSec'],
      udpSec: settings['udp.timeoutSec'],
    });
    this.policy = config.policy;
    const compiled: CompiledPolicy = compilePolicy(config.policy);
    this.duties = new Duties(slots, this.me);
    const steering = new Steering({
      slots,
      l4: settings['dist.l4'],
      modes: [config.interfaces.inside, config.interfaces.outside],
      gtp: settings['dist.gtp'],
    });
    this.pipeline = new Pipeline(
      this.connections,
      this.expiry,
      compiled,
      steering,
      this.duties.serves,
      this.expectations,
      {
        slots,
        sync: settings['sync.policy'],
        syncNever: settings['sync.never'].flatMap((name) => servicePorts(name)),
        syncDelayMs: settings['sync.delayMs'],
        asymmetricAtOnce: settings['sync.asymmetricAtOnce'],
        tcpOutOfState: settings['tcp.outOfState'] === 'drop' ? 'drop' : 'accept',
        other: settings['policy.other'],
        natPorts: [settings['nat.portsFrom'], settings['nat.portsTo']],
      },
    );
    const serves = (slot: number): boolean => this.duties.duty[slot] === DUTY.serving;
    this.correction = new Correction({
      rt,
      pipeline: this.pipeline,
      egress: this.egress,
      me: this.me,
      slots,
      maxPackets: settings['hold.maxPackets'],
      wayTo: (member) => this.wayTo(member),
      channelOf: (orchestrator, incarnation) => this.channelTo(orchestrator, incarnation),
      serves,
      table: () => this.duties.table,
      judgeAtHome: (...handed) => this.judgeAtHome(...handed),
      judgeAfresh: (...handed) => this.judgeAfresh(...handed),
    });
    this.legs = new Legs({
      rt,
      connections: this.connections,
      entries: new ForwardingEntries(this.connections, steering, settings['sync.delayMs']),
      me: this.me,
      ackFirst: settings['correction.ackFirst'],
      wayTo: (member) => this.wayTo(member),
      memberOf: (channel) => memberNumber(this.group.state, nodeId(channel.peerCode)),
      serves,
      table: () => this.duties.table,
      onSettled: this.egress.release,
    });
    this.expecting = new Expecting({
      rt,
      connections: this.connections,
      expectations: this.expectations,
      pipeline: this.pipeline,
      expectMs: settings['alg.expectMs'],
      others: () => activeMembers(this.group.state).filter((member) => member !== this.me),
      wayTo: (member) => this.wayTo(member),
      serves,
    });
    this.serving = new Serving({
      rt,
      pipeline: this.pipeline,
      connections: this.connections,
      duties: this.duties,
      egress: this.egress,
      correction: this.correction,
      legs: this.legs,
      expecting: this.expecting,
      maxHeld: settings['hold.maxPackets'],
      me: this.me,
      instances: settings['correction.coreXlMismatchDrops'] ? (config.members[this.me - 1]?.cores ?? 1) : 0,
    });
    this.replication = new Replication(rt, this.connections, settings['sync.delayMs'], (member) => this.wayTo(member));
    this.handover = new Handover(
      rt,
      settings['lease.ms'],
      () => this.group.state.orchestrators,
      (mayServe) => this.serve(mayServe),
    );
    this.reports = new CopyReports(rt, config.securityGroup);
    this.policyPull = new PolicyPull(
      rt,
      () => memberOf(this.group.state, this.group.state.smo),
      (policy, from, configuration) => {
        this.inner.tookConfiguration(configuration, from);
        this.becomeReady(policy, from);
      },
    );
    this.inner = this.createInnerLife();
    this.ingress = new Ingress({
      rt,
      maxPackets: settings['member.queuePackets'],
      maxWaitMs: settings['member.queueMs'],
      busyUsPerPacket: () => this.inner.load.busyUsPerPacket,
      serve: (words, channel) => this.onBatch(words, channel),
      writerFor: (channel) => this.egress.writerFor(channel),
      onServed: () => this.queueTurn(),
    });
  }

  start(): void {
    this.group.onCommit((commit) => this.onCommit(commit.events));
    this.hub.start();
    this.cancels.push(
      answerConfig(this.rt, this.inner, this.config, () =>
        this.state === 'ACTIVE' ? { policy: this.policy } : undefined,
      ),
    );
    this.follower.start(() => {
      this.policyPull.start(this.policy);
      this.repeat(this.config.settings['ccp.heartbeatMs'], () => {
        this.inner.measure();
        this.heartbeat();
      });
      this.repeat(EXPIRY_EVERY_MS, () => this.expire());
    });
  }

  health(): Health {
    return {
      ready: this.state === 'ACTIVE' && !this.inner.isDown,
      detail: { state: this.state, version: this.group.version },
    };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    if (command.name === 'status') done({ ok: true, body: this.status() });
    else if (!this.inner.command(command, done)) {
      done({ ok: false, reason: `a member knows no command ${command.name}` });
    }
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.flush();
    this.stopped = true;
    for (const cancel of this.cancels) cancel();
    this.flushTimer?.();
    this.policyPull.stop();
    this.inner.stop();
    this.handover.clear();
    this.reports.clear();
    this.follower.stop();
    this.hub.stop();
    done();
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number, tableVersion: number): void {
    if (nodeKind(code) === 'orchestrator') this.handover.heard(nodeId(code), incarnation, tableVersion);
  }

  onDatagram(): void {
    // A heartbeat says only that its sender lives and what it has folded: see onHeard.
  }

  onUndeliverable(): void {
    // Members learn of a peer's death from the log alone.
  }

  onChannel(channel: Channel): void {
    const kind = nodeKind(channel.peerCode);
    if (kind === 'orchestrator') channel.onAcked = this.egress.release;
  }

  onEnded(channel: Channel): void {
    this.unfolded.forgetChannel(channel);
    this.serving.forgetChannel(channel);
    this.egress.forgetChannel(channel);
    this.ingress.forgetChannel(channel);
    this.legs.forgetChannel(channel);
    if (nodeKind(channel.peerCode) === 'orchestrator') {
      const orchestrator = this.config.orchestrators.indexOf(nodeId(channel.peerCode));
      this.correction.forgetOrchestrator(orchestrator, channel.peerIncarnation);
    }
  }

  onFrame(type: number, words: Int32Array, channel: Channel): void {
    if (this.stopped || this.inner.isDown) return;
    // A frame that speaks of a table not folded here waits, and so does all that follows it.
    if (this.unfolded.keep(channel, type, words, this.group.version)) return;
    this.handle(type, words, channel);
  }

  private readonly handle = (type: number, words: Int32Array, channel: Channel): void => {
    const kind = nodeKind(channel.peerCode);
    if (kind === 'orchestrator' && type === FRAME.batch) {
      this.ingress.take(words, channel);
    } else if (kind === 'member' && type === FRAME.forward) {
      this.serving.onForward(words, tableVersionOf(words), channel);
      this.queueTurn();
    } else if (kind === 'member' && type === FRAME.answer) {
      this.onCorrected(words, channel);
      this.queueTurn();
    } else if (kind === 'member' && type === FRAME.legs) {
      this.legs.onLegs(words, channel);
      this.queueTurn();
    } else if (kind === 'member' && type === FRAME.expect) {
      this.expecting.onExpect(words);
    } else if (kind === 'member' && type === FRAME.legsHeld) {
      this.legs.onHeld(words);
      this.queueTurn();
    } else if (kind === 'member' && type === FRAME.delta) {
      this.onDelta(words, channel);
    } else if (kind === 'member' && type === FRAME.released) {
      this.onReleased(words, channel);
    } else if (kind === 'member' && type === FRAME.copied) {
      this.onCopied(words, channel);
    } else {
      this.rt.count('frames_unexpected', 1);
    }
  };

  private onBatch(words: Int32Array, channel: Channel): void {
    const orchestrator = this.config.orchestrators.indexOf(nodeId(channel.peerCode));
    if (orchestrator >= 0) this.serving.onBatch(words, tableVersionOf(words), channel, orchestrator);
    this.queueTurn();
  }

  // The table, and what follows from it.

  private onCommit(events: readonly SecurityGroupEvent[]): void {
    const { state } = this.group;
    const mismatch = tableMismatch(state, events);
    if (mismatch !== undefined) {
      this.rt.fatal('table_hash_differs', { version: this.group.version, ...mismatch });
      return;
    }
    const self = state.members[this.me - 1];
    const joined = self?.status === 'active' && self.incarnation === this.incarnation;
    if (!joined) {
      const over =
        this.joinedOnce || (self !== undefined && self.incarnation >= this.incarnation && self.status === 'out');
      if (over) this.rebirth(self?.drained === true);
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
    this.takeTable(state);
    for (const event of events) {
      if (event.type === 'MemberJoined') this.expecting.tell(memberNumber(state, event.member));
      if (event.type !== 'SlotsOrphaned') continue;
      const slots = event.to.flatMap(([, ...orphaned]) => orphaned);
      this.legs.reinstall(new Set(slots));
      this.queueTurn();
    }
    this.inner.onState();
  }

  private takeTable(state: SecurityGroupState): void {
    // What was done under the old table goes to the old holders, ahead of any release.
    if (this.duties.table !== undefined) this.flush();
    const next = tableForDataplane(state);
    // A release stamped with the old version would reach its receiver before the table that makes it wait.
    this.hub.tableVersion = next.version;
    const lost = membersLost(this.duties.table, next);
    const change = this.duties.change(next);
    for (const [member, way] of this.ways) {
      if (next.incarnation[member] === way.incarnation) continue;
      way.end();
      this.ways.delete(member);
    }
    this.replication.setTable(next);
    for (const { slot } of change.takeOver) this.relay.delete(slot);
    for (const slot of change.seize) this.relay.delete(slot);
    for (const slot of change.drop) this.connections.dropSlot(slot);
    for (const slot of change.empty) this.connections.dropSlot(slot);
    for (const { slot, from } of change.takeOver) this.handover.awaitRelease(slot, from);
    this.handover.seize(next.version, change.seize);
    this.handOver(change.handOver, next.version);
    for (const slot of change.copy) this.replication.queueCopy(slot);
    this.config.probe?.onTable(`member ${this.rt.self.id}`, next.version, next.active, next.backup, next.epoch);
    for (const member of lost) {
      this.handover.onMemberLost(member, next.version);
      this.egress.forgetMember(member);
      this.legs.forgetMember(member);
    }
    this.correction.onTable(lost);
    this.legs.onTable(lost);
    this.handover.check();
    this.unfolded.replay(next.version, this.handle);
    this.queueTurn();
  }

  /** Slots that are another's from this version on: the release is the last word on each. */
  private handOver(changes: DutyChange['handOver'], version: number): void {
    const served = new Map<number, number[]>();
    const unserved = new Map<number, number[]>();
    for (const { slot, to, wasServing } of changes) {
      this.serving.refuseHeld(slot);
      this.config.probe?.onRelease(this.rt.self.id, this.incarnation, slot);
      if (to === 0) this.handover.forget(slot);
      else if (wasServing) push(served, to, slot);
      else if (this.handover.awaitsReleaseFrom(slot, to)) {
        // It comes back to the one who served last: nothing was done here, and nothing may be overwritten.
        this.handover.forget(slot);
        push(unserved, to, slot);
      } else {
        // Released once this member itself would have been free to serve.
        this.relay.set(slot, to);
      }
    }
    for (const [to, slots] of served) this.replication.handOver(to, version, slots, true);
    for (const [to, slots] of unserved) this.replication.handOver(to, version, slots, false);
  }

  private serve(slots: Iterable<number>): void {
    const table = this.duties.table;
    if (table === undefined) return;
    for (const slot of slots) {
      const relayTo = this.relay.get(slot);
      if (relayTo !== undefined) {
        this.relay.delete(slot);
        this.replication.handOver(relayTo, table.version, [slot], true);
        continue;
      }
      if (this.duties.duty[slot] !== DUTY.waiting) continue;
      this.duties.setServing(slot);
      this.config.probe?.onServe(this.rt.self.id, this.incarnation, slot, table.epoch[slot] as number);
      this.serving.serveHeld(slot);
      this.correction.onServe(slot);
      this.legs.onServe(slot);
      if (table.joining[slot] !== 0) this.replication.queueCopy(slot);
    }
    this.queueTurn();
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
    this.ingress.clear();
    const { duty } = this.duties;
    for (let slot = 0; slot < duty.length; slot++) {
      if (duty[slot] === DUTY.serving) this.config.probe?.onRelease(this.rt.self.id, this.incarnation, slot);
    }
    this.duties.clear();
    this.serving.clear();
    this.correction.clear();
    this.legs.clear();
    this.expecting.clear();
    this.unfolded.clear();
    this.egress.clear();
    this.replication.clear();
    this.handover.clear();
    this.relay.clear();
    this.reports.clear();
    for (const way of this.ways.values()) way.end();
    this.ways.clear();
    for (let slot = 0; slot < this.connections.slots; slot++) this.connections.dropSlot(slot);
  }

  private becomeReady(policy: unknown, from: string): void {
    this.enforce(policy);
    this.rt.note('info', 'policy_installed', { from });
    this.setState('READY');
    this.heartbeat();
  }

  // Copies and hand-over, as receiver.

  private onDelta(words: Int32Array, channel: Channel): void {
    const sender = memberNumber(this.group.state, nodeId(channel.peerCode));
    const table = this.duties.table;
    if (table === undefined || sender === 0) return;
    const { duty } = this.duties;
    // What a lost member had sent in time counts until its successor serves; after that it is stale.
    applyDelta(
      words,
      this.connections,
      this.deltaReader,
      (slot) => duty[slot] !== DUTY.serving && duty[slot] !== DUTY.none,
      (id, n) => this.rt.count(id, n),
    );
  }

  private onReleased(words: Int32Array, channel: Channel): void {
    const from = memberNumber(this.group.state, nodeId(channel.peerCode));
    const slots = Array.from(words.subarray(HEADER_WORDS + 1));
    this.serve(this.handover.released(from, slots));
    this.flush();
  }

  private onCopied(words: Int32Array, channel: Channel): void {
    const table = this.duties.table;
    const slots = Array.from(words.subarray(HEADER_WORDS + 3)).filter((slot) => table?.joining[slot] === this.me);
    if (slots.length === 0) return;
    this.reports.progress(this.incarnation, words[HEADER_WORDS + 1] as number, words[HEADER_WORDS + 2] as number);
    this.reports.tell({
      member: this.rt.self.id,
      incarnation: this.incarnation,
      active: nodeId(channel.peerCode),
      activeIncarnation: channel.peerIncarnation,
      version: words[HEADER_WORDS] as number,
      slots,
      connections: words[HEADER_WORDS + 1] as number,
    });
  }

  // Correction: packets whose connections are at home elsewhere.

  private onCorrected(words: Int32Array, channel: Channel): void {
    const member = memberNumber(this.group.state, nodeId(channel.peerCode));
    // What a lost member still says of its connections counts no more: its successor says it again.
    if (this.duties.table?.incarnation[member] !== channel.peerIncarnation) return;
    this.correction.onAnswer(words, member);
  }

  private judgeAtHome(
    words: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    slot: number,
    epoch: number,
    orchestrator: number,
  ): void {
    const now = this.connections.relative(this.rt.nowMs());
    const verdict = this.serving.judgeAtHome(words, at, lenBytes, side, orchestrator, now);
    if (verdict === NOT_HERE) {
      this.judgeAfresh(words, at, lenBytes, side, slot, orchestrator);
      return;
    }
    const channel = this.channelTo(orchestrator, (words[at + 1] as number) >>> 0);
    if (channel === undefined) return;
    const [packetAt, packetBytes] = [at + HANDED_WORDS, lenBytes - HANDED_BYTES];
    this.serving.write(verdict, words, packetAt, packetBytes, side, words[at] as number, channel, epoch);
  }

  /** A packet that came in by `slot` and met a forwarding entry whose home is no more. */
  private judgeAfresh(
    words: Int32Array,
    at: number,
    lenBytes: number,
    side: number,
    slot: number,
    orchestrator: number,
  ): void {
    const channel = this.channelTo(orchestrator, (words[at + 1] as number) >>> 0);
    if (channel === undefined) return;
    const number = words[at] as number;
    if (this.duties.duty[slot] !== DUTY.serving) {
      this.egress.writerFor(channel).addBare(number, side, REASONS.nack, slot);
      return;
    }
    const [packetAt, packetBytes, fragmentPorts] = [
      at + HANDED_WORDS,
      lenBytes - HANDED_BYTES,
      words[at + 6] as number,
    ];
    this.pipeline.read(words, packetAt, packetBytes, side, fragmentPorts);
    const now = this.connections.relative(this.rt.nowMs());
    const verdict = this.pipeline.judgeAfresh(slot, side, orchestrator, number, now);
    const epoch = this.duties.table?.epoch[slot] ?? 0;
    this.serving.write(verdict, words, packetAt, packetBytes, side, number, channel, epoch);
  }

  private channelTo(orchestrator: number, incarnation: number): Channel | undefined {
    const channel = this.hub.find(nodeCode('orchestrator', this.config.orchestrators[orchestrator] as string));
    return channel?.peerIncarnation === incarnation ? channel : undefined;
  }

  // Turns: answers and deltas leave together.

  private queueTurn(): void {
    if (this.turnQueued || this.stopped) return;
    this.turnQueued = true;
    this.rt.atTurnEnd(this.turnEnd);
  }

  private readonly turnEnd = (): void => {
    this.turnQueued = false;
    if (this.stopped) return;
    this.correction.flush();
    // An entry for the other leg is asked for at once: a first packet waits for it.
    if (this.legs.isAsking) {
      this.flush();
      return;
    }
    const dueInMs = this.lastFlushMs + this.config.settings['sync.deltaMs'] - this.rt.nowMs();
    if (dueInMs <= 0) {
      this.flush();
      return;
    }
    if (!this.serving.mustHold) this.egress.close([]);
    this.flushTimer ??= this.rt.after(dueInMs, this.flushLater);
  };

  private readonly flushLater = (): void => {
    this.flushTimer = undefined;
    if (!this.stopped) this.flush();
  };

  private flush(): void {
    this.flushTimer?.();
    this.flushTimer = undefined;
    this.lastFlushMs = this.rt.nowMs();
    const awaited: Awaited[] = [];
    const { duty } = this.duties;
    const now = this.connections.relative(this.lastFlushMs);
    this.replication.flush(now, (slot) => duty[slot] === DUTY.serving, awaited);
    this.correction.flush();
    const legs = this.legs.flush(awaited);
    this.serving.mustHold = false;
    const told = this.expecting.flush();
    this.egress.close(legs.length + told.length === 0 ? awaited : [...awaited, ...legs, ...told]);
    if (this.replication.copiesQueued > 0) this.flushTimer = this.rt.after(0, this.flushLater);
  }

  private wayTo(member: number): PeerWay | undefined {
    const known = this.ways.get(member);
    if (known !== undefined) return known;
    const incarnation = this.duties.table?.incarnation[member] ?? 0;
    if (incarnation === 0) return undefined;
    const channel = this.hub.open(nodeCode('member', memberOf(this.group.state, member)), incarnation);
    if (channel === undefined) return undefined;
    const way = new PeerWay(channel, () => {
      this.legs.release();
      this.egress.release();
    });
    this.ways.set(member, way);
    return way;
  }

  // Signs of life.

  private heartbeat(): void {
    writeMemberBeat(this.beat, this.inner.beat());
    for (const id of this.config.orchestrators) {
      this.hub.datagram(nodeCode('orchestrator', id), FRAME.heartbeat, this.beat, HEADER_WORDS + BEAT_WORDS);
    }
    this.rt.count('connections_now', this.connections.size);
    this.rt.count('held_packets_now', this.serving.heldPackets);
  }

  private expire(): void {
    const now = this.connections.relative(this.rt.nowMs());
    const budget = Math.max(EXPIRY_LEAST, Math.ceil(this.connections.used / EXPIRY_ROUNDS));
    const removed = this.expiry.sweep(now, budget, this.duties.serves, COPY_GRACE_MS, (now - REPLAY_WITHIN_MS) | 0);
    this.expecting.sweep(now);
    if (removed > 0) this.rt.count('connections_expired', removed);
    this.queueTurn();
  }

  private servedConnections(): number {
    let total = 0;
    const { serves } = this.duties;
    for (let slot = 0; slot < serves.length; slot++) {
      if (serves[slot] === 1) total += this.connections.sizeOfSlot[slot] as number;
    }
    return total;
  }

  private setState(state: State): void {
    if (state === this.state) return;
    this.rt.note('info', 'member_state', { from: this.state, to: state, life: this.incarnation });
    this.state = state;
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
      policy: () => this.policy,
      enforce: (policy) => this.enforce(policy),
      clearDataPlane: () => {
        this.hub.deaf = true;
        this.clearDataPlane();
      },
      newLife: () => this.rebirth(false),
      comeUp: () => {
        this.hub.deaf = false;
        this.policyPull.start(this.policy);
      },
      heartbeat: () => this.heartbeat(),
      isEmptyHanded: () => this.isEmptyHanded(),
      connections: () => this.servedConnections(),
    });
  }

  private enforce(policy: unknown): void {
    this.policy = policy;
    this.pipeline.install(compilePolicy(policy));
    this.inner.install.enforced();
  }

  /** Whatever is held here is elsewhere too, and nothing this member sent is on its way. */
  private isEmptyHanded(): boolean {
    if (!this.egress.isEmpty || this.ingress.packets > 0 || this.relay.size > 0) return false;
    if (this.correction.waiting > 0 || this.legs.waiting > 0) return false;
    for (const duty of this.duties.duty) if (duty === DUTY.waiting || duty === DUTY.serving) return false;
    for (const way of this.ways.values()) if (!way.settled) return false;
    return this.group.state.orchestrators.every(
      (o) => o.status !== 'active' || (this.hub.find(nodeCode('orchestrator', o.id))?.inFlight ?? 0) === 0,
    );
  }

  private repeat(periodMs: number, run: () => void): void {
    this.cancels.push(every(this.rt, periodMs, run));
  }

  private status(): Record<string, unknown> {
    const { duty } = this.duties;
    let serving = 0;
    let waiting = 0;
    for (const d of duty) {
      if (d === DUTY.serving) serving++;
      else if (d === DUTY.waiting) waiting++;
    }
    return {
      id: this.rt.self.id,
      incarnation: this.incarnation,
      state: this.inner.word(),
      ready: this.health().ready,
      ...this.inner.status(),
      connections: this.servedConnections(),
      copies: this.connections.size - this.servedConnections(),
      servingSlots: serving,
      waitingSlots: waiting,
      heldPackets: this.serving.heldPackets,
      answersHeld: this.egress.waiting,
      handedOn: this.correction.handedOn,
      corrected: this.serving.corrected,
      version: this.group.version,
    };
  }
}

/** Numbers of the members whose incarnation of the table before is over, whether this member ever spoke to it or not. */
function membersLost(before: DataplaneTable | undefined, next: DataplaneTable): number[] {
  const lost: number[] = [];
  before?.incarnation.forEach((incarnation, member) => {
    if (incarnation !== 0 && incarnation !== next.incarnation[member]) lost.push(member);
  });
  return lost;
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function createMember(rt: Runtime, config: MemberConfig): Role {
  return new MemberRole(rt, config);
}

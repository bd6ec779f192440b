import type { ConnectionFilter } from '@rehearsal/dataplane';
import { retimeYoung, searchConnections } from '@rehearsal/dataplane';
import type { CompiledPolicy } from '@rehearsal/policy';
import type { Channel } from '@rehearsal/protocol';
import { FRAME, HEADER_WORDS, flowSubject, nodeKind } from '@rehearsal/protocol';
import type { DataplaneTable, SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import { memberNumber, tableForDataplane } from '@rehearsal/security-group';
import type { DataPlaneHost, DataPlaneParts } from './data-plane-assembly.js';
import { assembleDataPlane, pipelineSettings, timeouts } from './data-plane-assembly.js';
import { DUTY } from './duties.js';
import { Ingress } from './inner-life-ingress.js';
import { tableVersionOf, Unfolded } from './unfolded.js';

/** A round of expiry looks at this share of the table. */
const EXPIRY_ROUNDS = 8;
const EXPIRY_LEAST = 1024;
/** A copy outlives its original by this, since the original's owner says when it ends. */
const COPY_GRACE_MS = 10_000;
/** Connections seen this recently may still be replayed after a loss. */
const REPLAY_WITHIN_MS = 5_000;

/**
 * What a member does with packets: takes frames from orchestrators and members, each under the table version it
 * speaks of, and serves, copies and hands over slots as the folded table says. It knows no life but the present
 * one; the role around it says when that is over.
 */
export class DataPlane {
  private readonly host: DataPlaneHost;
  private readonly parts: DataPlaneParts;
  private readonly unfolded = new Unfolded();
  private readonly ingress: Ingress;
  private peakConnections = 0;
  private flowsLeftOut = 0;

  constructor(host: DataPlaneHost) {
    this.host = host;
    this.parts = assembleDataPlane(host, () => this.forgetPackets());
    const { rt } = host;
    const { settings } = host.config;
    const { egress, turns } = this.parts;
    this.ingress = new Ingress({
      rt,
      get maxPackets() {
        return settings['member.queuePackets'];
      },
      get maxWaitMs() {
        return settings['member.queueMs'];
      },
      busyUsPerPacket: () => host.busyUsPerPacket(),
      serve: (words, channel) => this.onBatch(words, channel),
      writerFor: (channel) => egress.writerFor(channel),
      onServed: () => turns.queue(),
    });
  }

  // What the channels bring.

  onHeard(code: number, incarnation: number, tableVersion: number): void {
    if (nodeKind(code) === 'orchestrator') this.parts.handover.heard(code, incarnation, tableVersion);
  }

  onChannel(channel: Channel): void {
    if (nodeKind(channel.peerCode) === 'orchestrator') channel.onAcked = this.parts.egress.release;
  }

  onEnded(channel: Channel): void {
    const { serving, egress, legs, correction, peers } = this.parts;
    this.unfolded.forgetChannel(channel);
    serving.forgetChannel(channel);
    egress.forgetChannel(channel);
    this.ingress.forgetChannel(channel);
    legs.forgetChannel(channel);
    if (nodeKind(channel.peerCode) === 'orchestrator') {
      correction.forgetOrchestrator(peers.orchestratorOf(channel), channel.peerIncarnation);
    }
  }

  onFrame(type: number, words: Int32Array, channel: Channel): void {
    if (this.parts.turns.stopped) return;
    // Its sender takes what is expected for known as soon as it is acknowledged, whatever is folded here.
    if (type === FRAME.expect && nodeKind(channel.peerCode) === 'member') this.parts.expecting.hear(words);
    // A frame that speaks of a table not folded here waits, and so does all that follows it.
    if (this.unfolded.keep(channel, type, words, this.host.group.version)) return;
    this.handle(type, words, channel);
  }

  private readonly handle = (type: number, words: Int32Array, channel: Channel): void => {
    const kind = nodeKind(channel.peerCode);
    const { serving, legs, expecting, copies, turns, redistribution } = this.parts;
    if (redistribution.isClosed && (type === FRAME.batch || type === FRAME.forward)) {
      // Of an orchestrator that is lost and does not know it yet: what it had taken has been named by others.
      this.host.rt.count('packet_frames_too_late', 1);
    } else if (kind === 'orchestrator' && type === FRAME.batch) {
      this.ingress.take(words, channel);
    } else if (kind === 'member' && type === FRAME.forward) {
      serving.onForward(words, tableVersionOf(words), channel);
      turns.queue();
    } else if (kind === 'member' && type === FRAME.answer) {
      this.onCorrected(words, channel);
      turns.queue();
    } else if (kind === 'member' && type === FRAME.legs) {
      legs.onLegs(words, channel);
      turns.queue();
    } else if (kind === 'member' && type === FRAME.expect) {
      expecting.passOn(words);
    } else if (kind === 'member' && type === FRAME.legsHeld) {
      legs.onHeld(words);
      turns.queue();
    } else if (kind === 'member' && type === FRAME.delta) {
      copies.onDelta(words, channel);
    } else if (kind === 'member' && type === FRAME.released) {
      this.onReleased(words, channel);
    } else if (kind === 'member' && type === FRAME.copied) {
      copies.onCopied(words, channel);
    } else {
      this.host.rt.count('frames_unexpected', 1);
    }
  };

  private onBatch(words: Int32Array, channel: Channel): void {
    const { serving, peers, turns } = this.parts;
    const orchestrator = peers.orchestratorOf(channel);
    if (orchestrator >= 0) serving.onBatch(words, tableVersionOf(words), channel, orchestrator);
    turns.queue();
  }

  private onCorrected(words: Int32Array, channel: Channel): void {
    const { correction, duties, peers } = this.parts;
    const member = peers.memberOf(channel);
    // What a lost member still says of its connections counts no more: its successor says it again.
    if (duties.table?.incarnation[member] !== channel.peerIncarnation) return;
    correction.onAnswer(words, member);
  }

  private onReleased(words: Int32Array, channel: Channel): void {
    const { handover, moves, peers } = this.parts;
    const slots = Array.from(words.subarray(HEADER_WORDS + 1));
    moves.serve(handover.released(peers.memberOf(channel), slots));
  }

  // What the log says.

  /** Takes the table of `state`, with the events that made it, while this incarnation is active. */
  takeTable(state: SecurityGroupState, events: readonly SecurityGroupEvent[]): void {
    const { legs, expecting, turns } = this.parts;
    this.changeTable(state);
    for (const event of events) {
      if (event.type === 'MemberJoined' && event.member !== this.host.rt.self.id) {
        expecting.tell(memberNumber(state, event.member), event.version);
      }
      if (event.type !== 'SlotsOrphaned') continue;
      const slots = event.to.flatMap(([, ...orphaned]) => orphaned);
      legs.reinstall(new Set(slots));
      turns.queue();
    }
  }

  private changeTable(state: SecurityGroupState): void {
    const { rt, hub, config } = this.host;
    const { duties, egress, peers, correction, legs, replication, handover, turns, moves, redistribution } = this.parts;
    // What was done under the old table goes to the old holders, ahead of any release.
    if (duties.table !== undefined) turns.flush();
    const next = tableForDataplane(state);
    redistribution.take(state);
    this.parts.pipeline.isDeferring = state.deferral.isOn;
    this.parts.flows.under(next.version, hub.incarnation);
    // A release stamped with the old version would reach its receiver before the table that makes it wait.
    hub.tableVersion = next.version;
    const lost = membersLost(duties.table, next);
    const change = duties.change(next);
    peers.onTable(next);
    replication.setTable(next);
    moves.take(change, next.version);
    config.probe?.onTable(`member ${rt.self.id}`, next.version, next.active, next.backup, next.epoch);
    for (const member of lost) {
      handover.onMemberLost(member, next.version);
      egress.forgetMember(member);
      legs.forgetMember(member);
    }
    for (const channel of peers.lostOrchestrators()) egress.forgetChannel(channel);
    correction.onTable(lost);
    legs.onTable(lost);
    handover.check();
    redistribution.check();
    this.unfolded.replay(next.version, this.handle);
    turns.queue();
  }

  /** Packets at hand are never judged: whoever sent them is lost, or this life is over. */
  private forgetPackets(): void {
    this.ingress.clear();
    this.parts.serving.clear();
    this.parts.correction.clear();
  }

  /** Whether all at home here is ready for the next distribution. */
  get isSpreadReady(): boolean {
    return this.parts.redistribution.isReady;
  }

  onDrained(orchestrator: string, incarnation: number, since: number): void {
    this.parts.redistribution.onDrained(orchestrator, incarnation, since);
  }

  /** Judges by this policy from now on. */
  /** Traffic that the software here does not bear, as bits of HAZARD. */
  bear(hazards: number, onHazard: (hazard: number) => void): void {
    this.parts.pipeline.hazards = hazards;
    this.parts.pipeline.onHazard = onHazard;
  }

  install(policy: CompiledPolicy): void {
    this.parts.pipeline.install(policy);
  }

  /** Drops all that this life holds. */
  clear(): void {
    const { connections, legs, expecting, egress, replication } = this.parts;
    this.parts.moves.clear();
    this.forgetPackets();
    legs.clear();
    expecting.clear();
    this.unfolded.clear();
    egress.clear();
    replication.clear();
    this.parts.handover.clear();
    this.parts.redistribution.clear();
    this.parts.copies.clear();
    this.parts.peers.clear();
    for (let slot = 0; slot < connections.slots; slot++) connections.dropSlot(slot);
  }

  /** Sends what is left; nothing is done after it. */
  stop(): void {
    this.parts.turns.stop();
    this.report();
    this.parts.handover.clear();
    this.parts.redistribution.clear();
    this.parts.copies.clear();
  }

  // What the role asks and counts.

  /** Takes again what is copied from the settings. */
  settingsChanged(): void {
    const { rt, config } = this.host;
    const { judging, connections, expiry, pipeline, handover, turns } = this.parts;
    const delayWas = judging.syncDelayMs;
    Object.assign(judging, pipelineSettings(config.settings));
    pipeline.settingsChanged();
    expiry.setTimeouts(timeouts(config.settings));
    handover.setLease(config.settings['lease.ms']);
    if (judging.syncDelayMs === delayWas) return;
    retimeYoung(connections, connections.relative(rt.nowMs()), judging.syncDelayMs);
    turns.queue();
  }

  /** Ends connections whose time is over. */
  expire(): void {
    const { connections, expiry, duties, expecting, turns } = this.parts;
    const now = connections.relative(this.host.rt.nowMs());
    const budget = Math.max(EXPIRY_LEAST, Math.ceil(connections.used / EXPIRY_ROUNDS));
    const removed = expiry.sweep(now, budget, duties.serves, COPY_GRACE_MS, (now - REPLAY_WITHIN_MS) | 0);
    expecting.sweep(now);
    if (removed > 0) this.host.rt.count('connections_expired', removed);
    turns.queue();
  }

  /** Whatever is held here is elsewhere too, and nothing this member sent is on its way. */
  isEmptyHanded(): boolean {
    const { egress, moves, correction, legs, duties, peers } = this.parts;
    if (!egress.isEmpty || this.ingress.packets > 0 || moves.isRelaying) return false;
    if (correction.waiting > 0 || legs.waiting > 0) return false;
    for (const duty of duties.duty) if (duty === DUTY.waiting || duty === DUTY.serving) return false;
    return peers.settled;
  }

  /** Connections of the slots served here. */
  servedConnections(): number {
    let total = 0;
    const { serves } = this.parts.duties;
    for (let slot = 0; slot < serves.length; slot++) {
      if (serves[slot] === 1) total += this.parts.connections.sizeOfSlot[slot] as number;
    }
    return total;
  }

  /** Hands over what is to be recorded of connections, as far as it is taken. */
  report(): void {
    const { rt } = this.host;
    const to = flowSubject(rt.self.id);
    this.parts.flows.take((batch) => rt.report(to, batch));
  }

  count(): void {
    const { rt } = this.host;
    const { flows } = this.parts;
    if (flows.leftOut > this.flowsLeftOut) {
      rt.count('flow_records_left_out', flows.leftOut - this.flowsLeftOut);
      this.flowsLeftOut = flows.leftOut;
    }
    this.parts.meter.gauge();
    this.peakConnections = Math.max(this.peakConnections, this.parts.connections.size);
    rt.count('connections_now', this.parts.connections.size);
    rt.count('held_packets_now', this.parts.serving.heldPackets);
  }

  /** Connections and forwarding entries held here, with what this member is to each. */
  search(filter: ConnectionFilter, limit: number): Record<string, unknown> {
    const { connections, duties } = this.parts;
    const { total, found } = searchConnections(connections, filter, limit);
    const rows = found.map((row) => ({ ...row, serves: duties.duty[row.slot] === DUTY.serving }));
    return { total, rows };
  }

  status(): Record<string, unknown> {
    const { connections, serving, egress, meter, pipeline } = this.parts;
    let servingSlots = 0;
    let waitingSlots = 0;
    const { duty } = this.parts.duties;
    // By index: a simulation asks every member ten times a second.
    for (let slot = 0; slot < duty.length; slot++) {
      if (duty[slot] === DUTY.serving) servingSlots++;
      else if (duty[slot] === DUTY.waiting) waitingSlots++;
    }
    const served = this.servedConnections();
    return {
      connections: served,
      copies: connections.size - served,
      servingSlots,
      waitingSlots,
      heldPackets: serving.heldPackets,
      answersHeld: egress.waiting,
      ...meter.status(),
      judged: serving.judged,
      aheadOfCopies: connections.toSend.waiting + connections.young.waiting,
      forwardingEntries: connections.forwards,
      peakConnections: Math.max(this.peakConnections, connections.size),
      connectionsOpened: pipeline.opened,
      packetsPassed: serving.passed,
      bytesPassed: serving.passedBytes,
      packetsRefused: serving.refused,
      flowRecords: this.parts.flows.written,
      flowRecordsLeftOut: this.parts.flows.leftOut,
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

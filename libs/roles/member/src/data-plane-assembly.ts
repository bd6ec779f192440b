import type { PipelineSettings, TimeoutSettings } from '@rehearsal/dataplane';
import {
  ConnectionTable,
  Expectations,
  Expiry,
  FLOW,
  FlowRecorder,
  ForwardingEntries,
  Pipeline,
  steeringOf,
} from '@rehearsal/dataplane';
import type { MachineView, Runtime, Settings } from '@rehearsal/kernel';
import { compilePolicy, servicePorts } from '@rehearsal/policy';
import type { ChannelHub } from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import type { MemberConfig } from './config.js';
import { CopiesHeld } from './copies-held.js';
import { CorrectionMeter } from './correction-meter.js';
import { Correction } from './correction.js';
import { Duties, DUTY } from './duties.js';
import { EgressHold } from './egress-hold.js';
import { Expecting } from './expecting.js';
import { Handover } from './handover.js';
import { Legs } from './legs.js';
import { PacketsComeBack } from './packets-come-back.js';
import { Peers } from './peers.js';
import { Redistribution } from './redistribution.js';
import { Replication } from './replication.js';
import { Serving } from './serving.js';
import { SlotMoves } from './slot-moves.js';
import { Turns } from './turns.js';

/** Batches of flow records that wait while the bus takes none: some 2 MB. */
const MAX_FLOW_BATCHES = 32;

/** What the data plane needs of the member around it. */
export interface DataPlaneHost {
  readonly rt: Runtime;
  readonly config: MemberConfig;
  /** Own number, from 1. */
  readonly me: number;
  /** Knows the present incarnation too. */
  readonly hub: ChannelHub;
  readonly group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  /** What a packet costs on top, in µs. */
  busyUsPerPacket(): number;
  /** Something to say in the next sign of life, which is better sent now. */
  heartbeat(): void;
}

/** The parts of a data plane, each wired to those it needs. */
export interface DataPlaneParts {
  /** What the pipeline judges by, and copies are timed by: as the settings were when it was last made. */
  readonly judging: PipelineSettings;
  readonly connections: ConnectionTable;
  readonly expiry: Expiry;
  readonly pipeline: Pipeline;
  readonly flows: FlowRecorder;
  readonly duties: Duties;
  readonly egress: EgressHold;
  readonly peers: Peers;
  readonly correction: Correction;
  readonly meter: CorrectionMeter;
  readonly legs: Legs;
  readonly expecting: Expecting;
  readonly serving: Serving;
  readonly replication: Replication;
  readonly handover: Handover;
  readonly copies: CopiesHeld;
  readonly turns: Turns;
  readonly moves: SlotMoves;
  readonly redistribution: Redistribution;
}

/** Builds the parts from the inside out; what points back to a part that comes later is a callback. */
export function assembleDataPlane(host: DataPlaneHost, forgetPackets: () => void): DataPlaneParts {
  const { rt, config, me, hub, group } = host;
  const { settings, probe } = config;
  const slots = settings['dist.slots'];
  const duties = new Duties(slots, me);
  const serves = (slot: number): boolean => duties.duty[slot] === DUTY.serving;
  const state = (): SecurityGroupState => group.state;
  const table = (): Duties['table'] => duties.table;

  const connections = new ConnectionTable({
    capacity: settings['table.connectionsPerMember'],
    slots,
    baseMs: rt.nowMs(),
  });
  const flows = new FlowRecorder(connections, {
    isOn: settings['flow.records'],
    maxBatches: MAX_FLOW_BATCHES,
    member: me,
  });
  const expiry = new Expiry(connections, timeouts(settings));
  expiry.onIdle = (index, now) => flows.tell(FLOW.idle, index, now, 0);
  const steering = steeringOf(settings, config.interfaces);
  const expectations = new Expectations();
  const policy = compilePolicy(config.policy);
  const judging = pipelineSettings(settings);
  const pipeline = new Pipeline(connections, expiry, policy, steering, duties.serves, expectations, judging, flows);

  const egress = new EgressHold();
  const onSettled = (): void => {
    replication.settle();
    legs.release();
    egress.release();
    redistribution.look();
  };
  const peers = new Peers({ hub, orchestrators: config.orchestrators, me, state, table, onSettled });
  const wayTo: Peers['wayTo'] = (member) => peers.wayTo(member);
  const meter = new CorrectionMeter(rt);
  const correction = new Correction({
    rt,
    pipeline,
    egress,
    meter,
    me,
    slots,
    maxPackets: settings['hold.maxPackets'],
    wayTo,
    channelOf: (orchestrator, incarnation) => peers.channelTo(orchestrator, incarnation),
    serves,
    table,
    judgeAtHome: (...handed) => comeBack.judgeAtHome(...handed),
    judgeAfresh: (...handed) => comeBack.judgeAfresh(...handed),
  });
  const entries = new ForwardingEntries(connections, steering, judging);
  const legs = new Legs({
    rt,
    connections,
    entries,
    me,
    get ackFirst() {
      return settings['correction.ackFirst'];
    },
    wayTo,
    memberOf: (channel) => peers.memberOf(channel),
    serves,
    table,
    onSettled: () => {
      egress.release();
      redistribution.look();
    },
  });
  const expecting = new Expecting({
    rt,
    connections,
    expectations,
    pipeline,
    get expectMs() {
      return settings['alg.expectMs'];
    },
    others: () => peers.others(),
    wayTo,
    holds: (slot) => duties.table?.active[slot] === me || duties.table?.backup[slot] === me,
  });
  const serving = new Serving({
    rt,
    pipeline,
    connections,
    duties,
    egress,
    correction,
    meter,
    legs,
    expecting,
    maxHeld: settings['hold.maxPackets'],
    me,
    instances: settings['correction.coreXlMismatchDrops'] ? (config.members[me - 1]?.cores ?? 1) : 0,
  });
  const comeBack = new PacketsComeBack({ rt, connections, pipeline, duties, egress, serving, peers });

  const replication = new Replication(rt, connections, judging, flows, wayTo);
  const copies = new CopiesHeld({ rt, hub, securityGroup: config.securityGroup, me, connections, duties, peers });
  const sending = { replication, correction, legs, serving, expecting, egress };
  const turns = new Turns({ rt, settings, connections, duties, ...sending });
  const handover = new Handover(
    rt,
    settings['lease.ms'],
    () => group.state.orchestrators,
    (mayServe) => moves.serve(mayServe),
  );
  const redistribution = new Redistribution({
    rt,
    connections,
    entries,
    steering,
    duties,
    legs,
    handover,
    peers,
    turns,
    planned: config.interfaces,
    get announce() {
      return settings['dist.announceChange'];
    },
    get immediate() {
      return settings['sync.asymmetricAtOnce'];
    },
    forgetPackets,
    onReady: () => host.heartbeat(),
  });
  const moving = { duties, flows, handover, replication, serving, correction, legs, redistribution, turns };
  const moves = new SlotMoves({ rt, hub, probe, connections, ...moving });
  const judges = {
    judging,
    connections,
    expiry,
    pipeline,
    flows,
    duties,
    egress,
    peers,
    correction,
    legs,
    expecting,
    serving,
  };
  return { ...judges, meter, replication, handover, copies, turns, moves, redistribution };
}

/** After how long connections are forgotten. */
export function timeouts(settings: Settings): TimeoutSettings {
  return {
    tcpStartSec: settings['tcp.startTimeoutSec'],
    tcpSessionSec: settings['tcp.sessionTimeoutSec'],
    tcpEndSec: settings['tcp.endTimeoutSec'],
    udpSec: settings['udp.timeoutSec'],
  };
}

export function pipelineSettings(settings: Settings): PipelineSettings {
  return {
    slots: settings['dist.slots'],
    sync: settings['sync.policy'],
    syncNever: settings['sync.never'].flatMap((name) => servicePorts(name)),
    syncDelayMs: settings['sync.delayMs'],
    asymmetricAtOnce: settings['sync.asymmetricAtOnce'],
    tcpOutOfState: settings['tcp.outOfState'] === 'drop' ? 'drop' : 'accept',
    other: settings['policy.other'],
    natPorts: [settings['nat.portsFrom'], settings['nat.portsTo']],
  };
}

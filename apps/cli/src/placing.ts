import { steeringOf, type Steering } from '@rehearsal/dataplane';
import type { CopyPolicy, Placement } from '@rehearsal/experiment';
import type { Settings } from '@rehearsal/kernel';
import type { FabricPlan } from '@rehearsal/lab-port';
import { compilePolicy, PROTO, servicePorts, type CompiledPolicy } from '@rehearsal/policy';
import type { ConnectionRow } from '@rehearsal/traffic';
import { interfaceModes } from './interface-modes.js';
import { readEnd, readEnds, type TupleEnds } from './tuple-ends.js';

/** A connection's first packet. */
interface Ends extends TupleEnds {
  readonly side: number;
}

type Row = Pick<ConnectionRow, 'tuple' | 'from' | 'seenAs'>;

const INSIDE = 0;
const OUTSIDE = 1;
const NOWHERE = -1;
const FTP_PORT = 21;
const SIP_PORT = 5060;
const GTP_PORT = 2152;

/**
 * Says where connections are held and how they are copied, by the orchestrators' own steering and the members' own
 * policy, so that nothing else says so.
 */
export class Placing {
  private readonly steering: Steering;
  private readonly settings: Settings;
  private readonly policy: CompiledPolicy;

  constructor(plan: FabricPlan, settings: Settings) {
    this.settings = settings;
    this.policy = compilePolicy(plan.policy ?? null);
    this.steering = steeringOf(settings, interfaceModes(plan));
  }

  /** The slot that the packets of a connection's client come in by; -1 for text that names no connection. */
  slotOf(row: Pick<Row, 'tuple' | 'from'>): number {
    const ends = firstPacketOf(row);
    return ends === undefined ? NOWHERE : this.slotOfEnds(ends);
  }

  placeOf(row: Row, parent: Row | undefined): Placement {
    const ends = firstPacketOf(row);
    if (ends === undefined) return { home: NOWHERE, entries: [], copied: null };
    const cameIn = this.slotOfEnds(ends);
    const control = parent === undefined ? undefined : firstPacketOf(parent);
    const isExpected = control !== undefined && announces(control);
    const home = isExpected ? this.slotOfEnds(control) : cameIn;
    const other = this.answerSlot(ends, row.seenAs);
    const slots = [cameIn, other].filter((slot) => slot !== home && slot !== NOWHERE);
    const entries = [...new Set(slots)];
    const own = isExpected ? this.placeOf(parent!, undefined).copied! : this.copied(ends);
    // fidelity: F-SYNC-ASYMMETRIC
    const twoLegs = entries.length > 0 || row.seenAs !== null;
    return { home, entries, copied: twoLegs && own === 'delayed' ? 'immediate' : own };
  }

  private slotOfEnds({ side, src, dst, srcPort, dstPort, proto }: Ends): number {
    // Packets within a tunnel are steered by themselves; what they are a tuple does not say.
    if (proto === PROTO.udp && dstPort === GTP_PORT && this.settings['dist.gtp'] === 'inner') return NOWHERE;
    return this.steering.slotOf(side, src, dst, srcPort, dstPort, proto);
  }

  /** Where answers come in, to the ends that the server's side sees. */
  private answerSlot(ends: Ends, seenAs: string | null): number {
    const [source, destination] = seenAs === null ? [] : seenAs.split('>').map(readEnd);
    const src = source?.address ?? ends.src;
    const dst = destination?.address ?? ends.dst;
    const srcPort = source?.port ?? ends.srcPort;
    const dstPort = destination?.port ?? ends.dstPort;
    const side = ends.side === INSIDE ? OUTSIDE : INSIDE;
    return this.slotOfEnds({ side, src: dst, dst: src, srcPort: dstPort, dstPort: srcPort, proto: ends.proto });
  }

  /** By the rule that accepts the connection, else by its service, else by the setting. */
  private copied({ src, dst, proto, dstPort }: Ends): CopyPolicy {
    const ofRule = this.policy.syncOf(this.policy.match(src, dst, proto, dstPort));
    if (ofRule !== undefined) return ofRule;
    const hasPorts = proto === PROTO.tcp || proto === PROTO.udp;
    const isNever = this.settings['sync.never'].some((name) =>
      servicePorts(name).some((s) => hasPorts && s.proto === proto && s.port === dstPort),
    );
    return isNever ? 'never' : this.settings['sync.policy'];
  }
}

/** Whether a connection's messages announce others. */
function announces({ proto, srcPort, dstPort }: Ends): boolean {
  const has = (port: number): boolean => srcPort === port || dstPort === port;
  return (proto === PROTO.tcp && (has(FTP_PORT) || has(SIP_PORT))) || (proto === PROTO.udp && has(SIP_PORT));
}

function firstPacketOf({ tuple, from }: Pick<Row, 'tuple' | 'from'>): Ends | undefined {
  const ends = readEnds(tuple);
  return ends === undefined ? undefined : { ...ends, side: from === 'outside' ? OUTSIDE : INSIDE };
}

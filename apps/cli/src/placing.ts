import { steeringOf, type Steering } from '@rehearsal/dataplane';
import type { CopyPolicy, Placement } from '@rehearsal/experiment';
import type { Settings } from '@rehearsal/kernel';
import type { FabricPlan } from '@rehearsal/lab-port';
import { compilePolicy, PROTO, servicePorts, type CompiledPolicy } from '@rehearsal/policy';
import type { ConnectionRow } from '@rehearsal/traffic';
import { Spreads, type Spread } from './spreads.js';
import { readEnd, readEnds, type FlowEnds } from '@rehearsal/flows';

/** A connection's first packet. */
interface Ends extends FlowEnds {
  readonly side: number;
}

/** `openedMs`: without it, as if it had been open before anything changed; `closedMs`: without it, as if it were still. */
type Row = Pick<ConnectionRow, 'tuple' | 'from' | 'seenAs'> &
  Partial<Pick<ConnectionRow, 'openedMs' | 'closedMs' | 'resent'>>;

/** Clocks of the outside world and of those who decide differ by less, and packets are on their way for less. */
const UNSURE_MS = 250;

interface PlacedSpread {
  readonly spread: Spread;
  readonly steering: Steering;
  /** Until when packets were spread so, at the latest. */
  readonly untilMs: number;
}

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
  private readonly settings: Settings;
  private readonly policy: CompiledPolicy;
  /** In order of time. */
  private readonly spreads: readonly PlacedSpread[];

  /** `spreads`: how packets were spread in a run; by default as planned. */
  constructor(plan: FabricPlan, settings: Settings, spreads: readonly Spread[] = new Spreads(plan).all) {
    this.settings = settings;
    this.policy = compilePolicy(plan.policy ?? null);
    this.spreads = spreads.map((spread, i) => {
      const next = spreads[i + 1];
      const untilMs = next === undefined ? Number.POSITIVE_INFINITY : next.fromMs + UNSURE_MS;
      return { spread, steering: steeringOf(settings, spread), untilMs };
    });
  }

  /** The slot that the packets of a connection's client come in by at first; -1 for text that names no connection. */
  slotOf(row: Pick<Row, 'tuple' | 'from'>): number {
    const ends = firstPacketOf(row);
    return ends === undefined ? NOWHERE : this.slotOfEnds(this.spreads[0]!.steering, ends);
  }

  /**
   * Where a connection is held at a time, or, without one, where it may ever have been. Of one that began, or is looked
   * at, while packets came to be spread otherwise, nobody can tell how it is copied: null, unless that is strictly.
   */
  placeOf(row: Row, parent: Row | undefined, atMs?: number): Placement {
    const ends = firstPacketOf(row);
    if (ends === undefined) return { home: NOWHERE, entries: [], copied: null };
    const control = parent === undefined ? undefined : firstPacketOf(parent);
    const isExpected = control !== undefined && announces(control);
    const began = this.beganUnder(isExpected ? parent! : row);
    const homes = began.map(({ steering }) => this.slotOfEnds(steering, isExpected ? control : ends));
    const home = homes[0]!;
    const others = new Set(homes.filter((slot) => slot !== home));
    let hadTwoLegs = row.seenAs !== null;
    const lastMs = atMs ?? row.closedMs ?? Number.POSITIVE_INFINITY;
    for (const { spread, steering, untilMs } of this.spreads.slice(this.spreads.indexOf(began[0]!))) {
      if (lastMs < spread.closedMs - UNSURE_MS) break;
      const legs = [this.slotOfEnds(steering, ends), this.answerSlot(steering, ends, row.seenAs)];
      const elsewhere = legs.filter((slot) => slot !== home && slot !== NOWHERE);
      hadTwoLegs ||= elsewhere.length > 0;
      if (atMs === undefined || atMs < untilMs) for (const slot of elsewhere) others.add(slot);
    }
    const own = this.copied(isExpected ? control : ends);
    // fidelity: F-SYNC-ASYMMETRIC
    const copied = hadTwoLegs && own === 'delayed' ? 'immediate' : own;
    const isSure = began.length === 1 && (atMs === undefined || !this.isChanging(atMs));
    const place = { home, entries: [...others], copied: isSure || copied === 'strict' ? copied : null };
    return homes.length === 1 ? place : { ...place, mayBeHome: homes.slice(1) };
  }

  /** How packets were spread when a connection began: one of these. What began it may have been lost, and sent again. */
  private beganUnder({ openedMs, closedMs, resent = 0 }: Row): readonly PlacedSpread[] {
    const at = openedMs ?? Number.NEGATIVE_INFINITY;
    const last = (resent > 0 ? (closedMs ?? Number.POSITIVE_INFINITY) : at) + UNSURE_MS;
    return this.spreads.filter(({ spread, untilMs }) => spread.closedMs <= last && untilMs > at);
  }

  private isChanging(atMs: number): boolean {
    return this.spreads.some(({ spread }) => spread.closedMs - UNSURE_MS <= atMs && atMs < spread.fromMs + UNSURE_MS);
  }

  private slotOfEnds(steering: Steering, { side, src, dst, srcPort, dstPort, proto }: Ends): number {
    // Packets within a tunnel are steered by themselves; what they are a tuple does not say.
    if (proto === PROTO.udp && dstPort === GTP_PORT && this.settings['dist.gtp'] === 'inner') return NOWHERE;
    return steering.slotOf(side, src, dst, srcPort, dstPort, proto);
  }

  /** Where answers come in, to the ends that the server's side sees. */
  private answerSlot(steering: Steering, ends: Ends, seenAs: string | null): number {
    const [source, destination] = seenAs === null ? [] : seenAs.split('>').map(readEnd);
    const src = source?.address ?? ends.src;
    const dst = destination?.address ?? ends.dst;
    const srcPort = source?.port ?? ends.srcPort;
    const dstPort = destination?.port ?? ends.dstPort;
    const side = ends.side === INSIDE ? OUTSIDE : INSIDE;
    const back = { side, src: dst, dst: src, srcPort: dstPort, dstPort: srcPort, proto: ends.proto };
    return this.slotOfEnds(steering, back);
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

import { homeOfAux, isLoss, memberOfAux, reasonName, RECORD_FLAG, REASONS } from '@rehearsal/protocol';
import { HOW, type CapturedFate, type CapturedPacket } from '@rehearsal/traffic';

/** What the numbers of a packet capture stand for. */
export interface PacketPlaces {
  /** Ids by number from 1 on. */
  readonly members: readonly string[];
  /** Ids by way. */
  readonly orchestrators: readonly string[];
  /** Whether words about packets are missing in the capture. */
  readonly isShort: boolean;
}

/** What a packet counts as in the ledger of the outside world. */
export type PacketFate =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'unexplained' }
  | { readonly kind: 'dropped' | 'lost'; readonly reason: string };

export function packetFate(fate: CapturedFate | undefined): PacketFate {
  if (fate === undefined) return { kind: 'unexplained' };
  if (fate.how === HOW.delivered || fate.how === HOW.corrupted) return { kind: 'delivered' };
  return { kind: isLoss(fate.code) ? 'lost' : 'dropped', reason: reasonName(fate.code) };
}

/** The member that had the packet last; undefined where it never reached one. */
export function memberOf(fate: CapturedFate | undefined, { members }: PacketPlaces): string | undefined {
  return fate === undefined ? undefined : members[memberOfAux(fate.aux) - 1];
}

/** What happened to a packet, in one line. */
export function packetComment(packet: CapturedPacket, places: PacketPlaces): string {
  const { fate, later } = packet;
  const parts = [fate === undefined ? silence(places) : happened(packet, fate, places)];
  if (fate !== undefined) parts.push(...onItsWay(fate, places));
  const copies = later?.filter((l) => l.how === HOW.copy) ?? [];
  if (copies.length > 0) {
    parts.push(`came first: ${copies.length === 1 ? 'another copy' : `${copies.length} other copies`} came after it`);
  }
  return `${parts.join('; ')} [packet ${packet.tag}, connection ${packet.connection}]`;
}

/** What a packet was that came out beside what its fate says: another copy, or one that came too late. */
export function laterComment(packet: CapturedPacket, later: CapturedFate, places: PacketPlaces): string {
  const from = memberOf(later, places) ?? orchestratorOf(packet, places);
  const about = `[packet ${packet.tag}, connection ${packet.connection}]`;
  if (later.how === HOW.overtaken) {
    const text = `came out late by ${from} after ${spent(packet, later)}, behind newer packets of its direction`;
    return `${text}: counted as lost ${about}`;
  }
  const first = memberOf(packet.fate, places) ?? orchestratorOf(packet, places);
  const parts = [
    `copy by ${from} after ${spent(packet, later)}: the first came by ${first}`,
    ...onItsWay(later, places),
  ];
  return `${parts.join('; ')} ${about}`;
}

function silence({ isShort }: PacketPlaces): string {
  return isShort ? 'no word of the fabric was captured' : 'no word of the fabric';
}

function happened(packet: CapturedPacket, fate: CapturedFate, places: PacketPlaces): string {
  const member = memberOf(fate, places);
  const orchestrator = orchestratorOf(packet, places);
  const after = `after ${spent(packet, fate)}`;
  if (fate.how === HOW.delivered || fate.how === HOW.corrupted) {
    const by = member === undefined ? `past the members by orchestrator ${orchestrator}` : `by ${member}`;
    return `delivered ${by} ${after}${fate.how === HOW.corrupted ? ' with other content' : ''}`;
  }
  const reason = reasonName(fate.code);
  if (!isLoss(fate.code)) return `dropped by ${member ?? `orchestrator ${orchestrator}`} ${after}: ${reason}`;
  if (member === undefined) return `lost with orchestrator ${orchestrator} ${after}: ${reason}`;
  return `lost ${fate.code === REASONS.dead_window ? 'on the way to' : 'in'} ${member} ${after}: ${reason}`;
}

function onItsWay({ aux, flags }: CapturedFate, { members }: PacketPlaces): string[] {
  const parts: string[] = [];
  if ((flags & RECORD_FLAG.corrected) !== 0) {
    const home = members[homeOfAux(aux) - 1];
    parts.push(`corrected: judged by ${home ?? 'the member'}, which serves its connection`);
  }
  if ((flags & RECORD_FLAG.resteered) !== 0) parts.push('re-steered on the way');
  return parts;
}

function orchestratorOf({ way }: CapturedPacket, { orchestrators }: PacketPlaces): string {
  return orchestrators[way] ?? String(way);
}

function spent({ atUs }: CapturedPacket, fate: CapturedFate): string {
  return `${((fate.atUs - atUs) / 1000).toFixed(3)} ms`;
}

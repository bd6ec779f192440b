import type { ConnectionNames } from './ledger-report.js';
import type { Ledger } from './ledger.js';
import { NO_WORD } from './loss-log.js';
import type { LostPacket } from './loss-log.js';
import { PACKET_STATE } from './packet-ring.js';

/** `dropped` by a decision, `lost` by a failure, `unexplained`: nobody said anything. */
export type LossKind = 'dropped' | 'lost' | 'unexplained';

/** Packets of one reason: all of them, and how many of those are listed one by one. */
export interface LossTotal {
  readonly kind: LossKind;
  readonly reason: string;
  readonly packets: number;
  readonly listed: number;
}

/** One packet that did not come out. Times are whole ms of the role's clock, rounded up. */
export interface LossRow {
  readonly kind: LossKind;
  readonly reason: string;
  readonly connection: number;
  readonly tuple: string;
  readonly service: string;
  /** Where it went in. */
  readonly side: 'inside' | 'outside';
  /** The way into the fabric it took, for example an orchestrator's id. */
  readonly via: string;
  /** Of whoever judged it; null where nobody said. */
  readonly slot: number | null;
  readonly sentMs: number;
  readonly judgedMs: number | null;
}

export interface LossPage {
  /** By reason; they add up to what the ledger counts as dropped, lost and unexplained. */
  readonly totals: readonly LossTotal[];
  readonly rows: readonly LossRow[];
  /** Where the next page begins; null after the last. */
  readonly next: number | null;
}

const NO_REASON = 'unexplained';
/** Packets nobody has spoken of are listed up to this number. */
const OUTSTANDING_LISTED = 4096;

/** A page of the packets that did not come out, from entry `from`; `wayId` names a way by its number. */
export function lossPage(
  ledger: Ledger,
  names: ConnectionNames,
  wayId: (way: number) => string,
  range: { readonly from: number; readonly count: number },
): LossPage {
  const { losses } = ledger;
  const rows: LossRow[] = [];
  let entry = range.from;
  for (; entry < losses.size && rows.length < range.count; entry++) {
    const packet = losses.at(entry);
    if (packet !== undefined) rows.push(rowOf(ledger, names, wayId, packet));
  }
  if (entry < losses.size) return { totals: lossTotals(ledger), rows, next: entry };
  for (const packet of outstandingOf(ledger)) rows.push(rowOf(ledger, names, wayId, packet));
  return { totals: lossTotals(ledger), rows, next: null };
}

function lossTotals(ledger: Ledger): LossTotal[] {
  const { losses, reasons, options } = ledger;
  const totals: LossTotal[] = [];
  for (let code = 1; code < 256; code++) {
    const packets = reasons.total(code);
    if (packets === 0) continue;
    const kind = options.isLoss(code) ? 'lost' : 'dropped';
    totals.push({ kind, reason: options.reasonName(code), packets, listed: packets - losses.unlisted[code] });
  }
  const silent = ledger.outstanding + ledger.expired;
  if (silent > 0) {
    const listed = ledger.expired - losses.unlisted[NO_WORD] + Math.min(ledger.outstanding, OUTSTANDING_LISTED);
    totals.push({ kind: 'unexplained', reason: NO_REASON, packets: silent, listed });
  }
  return totals;
}

function outstandingOf({ ring, outstanding, options }: Ledger): LostPacket[] {
  const found: LostPacket[] = [];
  for (let place = 0; place < ring.capacity && found.length < Math.min(outstanding, OUTSTANDING_LISTED); place++) {
    if (ring.state[place] !== PACKET_STATE.outstanding) continue;
    found.push({
      connection: ring.connection[place],
      code: NO_WORD,
      step: ring.step[place],
      way: ring.way[place] & 0x7f,
      side: ring.way[place] >>> 7 === 1 ? 1 : 0,
      slot: -1,
      sentMs: options.startMs + ring.sentUs[place] / 1000,
      judgedMs: -1,
    });
  }
  return found;
}

function rowOf(
  { options }: Ledger,
  names: ConnectionNames,
  wayId: (way: number) => string,
  packet: LostPacket,
): LossRow {
  const silent = packet.code === NO_WORD;
  return {
    kind: silent ? 'unexplained' : options.isLoss(packet.code) ? 'lost' : 'dropped',
    reason: silent ? NO_REASON : options.reasonName(packet.code),
    connection: packet.connection,
    tuple: names.tuple(packet.connection),
    service: names.service(packet.connection),
    side: packet.side === 1 ? 'outside' : 'inside',
    via: wayId(packet.way),
    slot: packet.slot < 0 ? null : packet.slot,
    sentMs: Math.ceil(packet.sentMs),
    judgedMs: packet.judgedMs < 0 ? null : Math.ceil(packet.judgedMs),
  };
}

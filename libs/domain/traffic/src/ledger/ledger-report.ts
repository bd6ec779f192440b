import type { LatencySummary } from '@rehearsal/kernel';
import type { OutcomeName } from './connection-book.js';
import { CONNECTION_KIND, OUTCOME, OUTCOME_NAMES } from './connection-book.js';
import type { FaultMark } from './fault-mark.js';
import type { ProbeSums } from '../probes/probe-sums.js';
import type { Ledger } from './ledger.js';

/** Whole numbers only, so that the record of a run can be hashed. Times are ms of the role's clock, rounded up. */
export interface LedgerSummary {
  readonly atMs: number;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
  /** Under way: nothing known yet. */
  readonly outstanding: number;
  /** Sent, and neither delivered, dropped nor lost for a reason; once traffic is drained it must be 0. */
  readonly unexplained: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  /** Sent beyond the scripts: retransmissions and what answers them. */
  readonly resent: number;
  /** Words of the fabric about packets that were never sent, or are forgotten. */
  readonly strays: number;
  /** Packets about which the fabric said two different things. */
  readonly contradicted: number;
  /** Packets presumed lost of which the fabric spoke after all. */
  readonly revised: number;
  /** False when the accounts do not add up, in all or in any one connection: a fault of the ledger. */
  readonly balanced: boolean;
  /** The same packets in plain numbers, for probes. */
  readonly packets: {
    readonly sent: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly lost: number;
    readonly unexplained: number;
    readonly duplicated: number;
  };
  /** Connections by outcome; `lost` are those that gave up, but for those the fabric had put off. */
  readonly connections: Readonly<Record<OutcomeName | 'total' | 'lost', number>>;
  readonly latency: LatencySummary;
  /** Packets that were answered by another member than the one they were steered to. */
  readonly correction: CorrectionSummary;
  /** What must never be, by name: see VIOLATIONS. Empty in a run that passes. */
  readonly violations: Readonly<Record<string, number>>;
  readonly marks: readonly MarkSummary[];
  /** Packets of probes, which no other figure counts; absent where none were sent. */
  readonly probes?: ProbeSums;
}

export interface CorrectionSummary {
  readonly packets: number;
  /** Of all delivered packets, in thousandths. */
  readonly perMille: number;
  /** Of corrected packets, and of all others. */
  readonly latency: LatencySummary;
  readonly others: LatencySummary;
  /** By how much the median, and the 99th of a hundred, of corrected packets is above that of the others. */
  readonly extraP50Us: number;
  readonly extraP99Us: number;
}

export interface MarkSummary {
  readonly name: string;
  readonly atMs: number;
  /** Connections that were open at the mark. */
  readonly open: number;
  /** Longest silence of a connection that was open at the mark, and which it was (-1: none was open). */
  readonly longestSilenceMs: number;
  readonly longestSilenceOf: number;
  /** Deliveries from this mark to the next. */
  readonly latency: LatencySummary;
}

export interface ConnectionRow {
  readonly id: number;
  /** `client:port>server:port/protocol`. */
  readonly tuple: string;
  /** The side its client is at. */
  readonly from: 'inside' | 'outside';
  /** The connection it follows from, as FTP data from its control connection. */
  readonly follows: number | null;
  /** `source:port>destination:port` as the server's side sees it, where that differs. */
  readonly seenAs: string | null;
  readonly kind: 'generated' | 'capture';
  readonly service: string;
  /** The way into the fabric it takes now, for example an orchestrator's id. */
  readonly via: string;
  readonly openedMs: number | null;
  readonly closedMs: number | null;
  readonly outcome: OutcomeName;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Of those dropped: sent before anything of it came out, where what began it was given up with its way. */
  readonly droppedTooEarly: number;
  readonly lost: Readonly<Record<string, number>>;
  readonly unexplained: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
  readonly resent: number;
  readonly lastDeliveredMs: number | null;
  /** Longest silence of its whole life. */
  readonly longestSilenceMs: number;
  /** The rest is counted from the mark the rows were asked for. */
  readonly openAtMark: boolean;
  /** Longest time since the mark during which it had something under way and heard nothing. */
  readonly silenceMs: number;
  /** First delivery after the mark, in ms since it. */
  readonly firstAfterMarkMs: number | null;
  readonly worstLatencyAfterMarkUs: number;
  /** Its beginning was put off; absent where it was not. */
  readonly deferral?: {
    /** When the first packet was sent that was put off. */
    readonly sinceMs: number;
    /** When something of it came out after that; null: nothing did. */
    readonly throughMs: number | null;
  };
}

/** What the ledger does not know of a connection. */
export interface ConnectionNames {
  tuple(connection: number): string;
  /** The connection it follows from, or -1. */
  follows(connection: number): number;
  service(connection: number): string;
  via(connection: number): string;
}

/** What a ledger has counted by some moment, in plain numbers. */
export interface Progress {
  readonly atMs: number;
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly lost: number;
  /** By reason. */
  readonly droppedBy: Readonly<Record<string, number>>;
  readonly lostBy: Readonly<Record<string, number>>;
  /** Connections that are open now. */
  readonly open: number;
  /** Of all deliveries so far, as `LatencyHistogram.fromPairs` reads them. */
  readonly latency: readonly number[];
}

export function progressOf(ledger: Ledger, nowMs: number): Progress {
  const { sent, delivered, dropped, lost, reasons, options } = ledger;
  return {
    atMs: wholeMs(nowMs),
    sent,
    delivered,
    dropped,
    lost,
    droppedBy: reasons.totalsByReason(options.reasonName, (code) => !options.isLoss(code)),
    lostBy: reasons.totalsByReason(options.reasonName, options.isLoss),
    open: ledger.openConnections,
    latency: ledger.latency.pairs(),
  };
}

export function summarize(ledger: Ledger, nowMs: number): LedgerSummary {
  const { book, options, reasons } = ledger;
  const outcomes: Record<OutcomeName, number> = { unstarted: 0, open: 0, done: 0, reset: 0, gave_up: 0 };
  const unexplained = ledger.outstanding + ledger.expired;
  let putOff = 0;
  let balanced = ledger.sent === ledger.delivered + ledger.dropped + ledger.lost + ledger.outstanding + ledger.expired;
  for (let c = 0; c < book.size; c++) {
    outcomes[outcomeOf(ledger, c)]++;
    if (book.outcome[c] === OUTCOME.gave_up && ledger.deferrals.isPutOff(c)) putOff++;
    const known = book.delivered[c] + book.dropped[c] + book.lost[c] + book.underWay[c] + book.expired[c];
    if (book.sent[c] !== known) balanced = false;
  }
  return {
    atMs: wholeMs(nowMs),
    sent: ledger.sent,
    delivered: ledger.delivered,
    dropped: reasons.totalsByReason(options.reasonName, (code) => !options.isLoss(code)),
    lost: reasons.totalsByReason(options.reasonName, options.isLoss),
    outstanding: ledger.outstanding,
    unexplained,
    duplicated: ledger.duplicated,
    reordered: ledger.reordered,
    corrupted: ledger.corrupted,
    resent: ledger.resent,
    strays: ledger.strays,
    contradicted: ledger.contradicted,
    revised: ledger.revised,
    balanced,
    packets: {
      sent: ledger.sent,
      delivered: ledger.delivered,
      dropped: ledger.dropped,
      lost: ledger.lost,
      unexplained,
      duplicated: ledger.duplicated,
    },
    connections: { ...outcomes, total: book.size, lost: outcomes.gave_up - putOff },
    latency: ledger.latency.summary(),
    correction: summarizeCorrection(ledger),
    violations: ledger.translations.violations(),
    marks: ledger.marks.map((mark) => summarizeMark(ledger, mark, nowMs)),
  };
}

/** Rows of connections `from … from + count`; `mark` is the one silence is counted from, by default the last. */
export function connectionRows(
  ledger: Ledger,
  names: ConnectionNames,
  nowMs: number,
  range: { from: number; count: number; mark?: FaultMark | undefined },
): ConnectionRow[] {
  const mark = range.mark ?? (ledger.marks[ledger.marks.length - 1] as FaultMark);
  const end = Math.min(ledger.book.size, range.from + range.count);
  const rows: ConnectionRow[] = [];
  for (let c = range.from; c < end; c++) rows.push(rowOf(ledger, names, mark, nowMs, c));
  return rows;
}

function rowOf(ledger: Ledger, names: ConnectionNames, mark: FaultMark, nowMs: number, c: number): ConnectionRow {
  const { book, options } = ledger;
  const dropped: Record<string, number> = {};
  const lost: Record<string, number> = {};
  if (book.dropped[c] + book.lost[c] > 0) ledger.reasons.collect(c, options.reasonName, options.isLoss, dropped, lost);
  const since = book.waitingSinceMs[c];
  return {
    id: c,
    tuple: names.tuple(c),
    from: ledger.translations.firstSide[c] === 1 ? 'outside' : 'inside',
    follows: names.follows(c) < 0 ? null : names.follows(c),
    seenAs: ledger.translations.seenAs(c),
    kind: book.kind[c] === CONNECTION_KIND.capture ? 'capture' : 'generated',
    service: names.service(c),
    via: names.via(c),
    openedMs: wholeMsOrNull(book.openedMs[c]),
    closedMs: wholeMsOrNull(book.closedMs[c]),
    outcome: outcomeOf(ledger, c),
    sent: book.sent[c],
    delivered: book.delivered[c],
    dropped,
    droppedTooEarly: book.droppedTooEarly[c],
    lost,
    unexplained: book.underWay[c] + book.expired[c],
    duplicated: book.duplicated[c],
    reordered: book.reordered[c],
    corrupted: book.corrupted[c],
    resent: book.resent[c],
    lastDeliveredMs: wholeMsOrNull(book.lastDeliveredMs[c]),
    longestSilenceMs: wholeMs(Math.max(book.longestSilenceMs[c], since < 0 ? 0 : nowMs - since)),
    openAtMark: mark.open[c] === 1,
    silenceMs: wholeMs(ledger.silenceSince(mark, c, nowMs)),
    firstAfterMarkMs: wholeMsOrNull(mark.firstAfterMs[c]),
    worstLatencyAfterMarkUs: mark.worstLatencyUs[c],
    ...deferralOf(ledger, c),
  };
}

function deferralOf({ deferrals }: Ledger, c: number): Pick<ConnectionRow, 'deferral'> {
  if (deferrals.sinceMs[c] < 0) return {};
  return { deferral: { sinceMs: wholeMs(deferrals.sinceMs[c]), throughMs: wholeMsOrNull(deferrals.throughMs[c]) } };
}

function summarizeCorrection(ledger: Ledger): CorrectionSummary {
  const { latency, correctedLatency } = ledger;
  const corrected = correctedLatency.summary();
  const others = latency.without(correctedLatency).summary();
  const extra = (of: number, over: number): number => (corrected.count === 0 ? 0 : Math.max(0, of - over));
  return {
    packets: corrected.count,
    perMille: latency.count === 0 ? 0 : Math.round((corrected.count * 1000) / latency.count),
    latency: corrected,
    others,
    extraP50Us: extra(corrected.p50Us, others.p50Us),
    extraP99Us: extra(corrected.p99Us, others.p99Us),
  };
}

function summarizeMark(ledger: Ledger, mark: FaultMark, nowMs: number): MarkSummary {
  let longestMs = 0;
  let of = -1;
  for (let c = 0; c < ledger.book.size; c++) {
    if (mark.open[c] === 0) continue;
    const ms = ledger.silenceSince(mark, c, nowMs);
    if (of < 0 || ms > longestMs) {
      longestMs = ms;
      of = c;
    }
  }
  return {
    name: mark.name,
    atMs: wholeMs(mark.atMs),
    open: mark.openCount,
    longestSilenceMs: wholeMs(longestMs),
    longestSilenceOf: of,
    latency: mark.latency.summary(),
  };
}

export function outcomeOf(ledger: Ledger, connection: number): OutcomeName {
  return OUTCOME_NAMES[ledger.book.outcome[connection]] as OutcomeName;
}

function wholeMs(ms: number): number {
  return Math.ceil(ms);
}

function wholeMsOrNull(ms: number): number | null {
  return ms < 0 ? null : Math.ceil(ms);
}

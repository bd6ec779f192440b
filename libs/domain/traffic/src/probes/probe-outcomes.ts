import { OUTCOME } from '../ledger/connection-book.js';
import type { Ledger } from '../ledger/ledger.js';
import { NO_WORD } from '../ledger/loss-log.js';
import type { ProbeEnd } from './probe-order.js';

/** What became of the probes of one service. */
export interface ProbeOutcome {
  readonly service: string;
  readonly asked: number;
  readonly answered: number;
  /** The longest that one of those answered waited for a packet, rounded up. */
  readonly slowestMs: number;
  /** At whom those that were not answered were to arrive, in order. */
  readonly unansweredAt: readonly string[];
  /** Why: what was said of most of their packets; '' where all were answered. */
  readonly reason: string;
}

/** How the connection that is kept open fares. */
export interface FlowOutcome {
  readonly service: string;
  readonly at: string;
  readonly openMs: number;
  /** For how long it has waited for a packet; 0 where it waits for none. */
  readonly silentMs: number;
  readonly reason: string;
}

/** Every probe has come to its end, one way or the other. */
export function areOver({ book }: Ledger): boolean {
  for (let c = 0; c < book.size; c++) {
    if (book.outcome[c] === OUTCOME.unstarted || book.outcome[c] === OUTCOME.open) return false;
  }
  return true;
}

/** By service, in the order in which they were asked for; `ledger` has a connection for each. */
export function outcomesOf(ledger: Ledger, probes: readonly ProbeEnd[]): ProbeOutcome[] {
  const { book } = ledger;
  return [...new Set(probes.map((p) => p.service))].map((service) => {
    const of = [...probes.keys()].filter((c) => probes[c].service === service);
    const answered = of.filter((c) => book.outcome[c] === OUTCOME.done);
    const others = of.filter((c) => book.outcome[c] !== OUTCOME.done);
    return {
      service,
      asked: of.length,
      answered: answered.length,
      slowestMs: answered.reduce((slowest, c) => Math.max(slowest, Math.ceil(book.longestSilenceMs[c])), 0),
      unansweredAt: [...new Set(others.map((c) => probes[c].at))].sort(),
      reason: others.length === 0 ? '' : reasonOf(ledger, others),
    };
  });
}

/** `ledger` has one connection. */
export function flowOutcomeOf(ledger: Ledger, { service, at }: ProbeEnd, nowMs: number): FlowOutcome {
  const { book } = ledger;
  const openedMs = book.openedMs[0] < 0 ? nowMs : book.openedMs[0];
  const isOpen = book.outcome[0] === OUTCOME.open;
  const sinceMs = isOpen ? book.waitingSinceMs[0] : Math.max(openedMs, book.lastDeliveredMs[0]);
  const silentMs = sinceMs < 0 ? 0 : Math.max(0, Math.floor(nowMs - sinceMs));
  const reason = silentMs === 0 ? '' : reasonOf(ledger, [0], sinceMs);
  return { service, at, openMs: Math.max(0, Math.floor(nowMs - openedMs)), silentMs, reason };
}

/** What the fabric said of most of their packets that did not come out since then; else what the ends know. */
function reasonOf({ book, losses, options }: Ledger, connections: readonly number[], sinceMs: number = 0): string {
  const counts = new Map<number, number>();
  for (let entry = 0; entry < losses.size; entry++) {
    const lost = losses.at(entry);
    if (lost === undefined || lost.code === NO_WORD || lost.sentMs < sinceMs) continue;
    if (connections.includes(lost.connection)) counts.set(lost.code, (counts.get(lost.code) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  if (most !== undefined) return options.reasonName(most[0]);
  return connections.some((c) => book.outcome[c] === OUTCOME.reset) ? 'reset' : 'no_answer';
}

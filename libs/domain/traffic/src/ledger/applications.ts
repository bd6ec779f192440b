import type { ConnectionNames } from './ledger-report.js';
import { outcomeOf } from './ledger-report.js';
import type { Ledger } from './ledger.js';

/** Longer than endpoints take to ask again: who has waited for so long has asked more than once. */
const STUCK_AFTER_MS = 3_000;

/** How the connections of one service fare. */
export interface ServiceFaring {
  readonly service: string;
  readonly open: number;
  /** Of those open, how many had an answer in the time looked at, and how many wait for one for too long. */
  readonly answered: number;
  readonly stuck: number;
}

export interface Applications {
  readonly forMs: number;
  readonly services: readonly ServiceFaring[];
  /** The longest open connection over TCP; null where none is open. */
  readonly longest: { readonly service: string; readonly openMs: number; readonly answered: boolean } | null;
}

/** How applications have fared for the last `forMs`, by what became of their packets. */
export function applicationsOf(ledger: Ledger, names: ConnectionNames, nowMs: number, forMs: number): Applications {
  const { book } = ledger;
  const byService = new Map<string, { service: string; open: number; answered: number; stuck: number }>();
  let longest = -1;
  for (let c = 0; c < book.size; c++) {
    // Who is put off has not begun, by policy: that is not for want of service.
    if (outcomeOf(ledger, c) !== 'open' || ledger.deferrals.isPutOff(c)) continue;
    const service = names.service(c);
    let faring = byService.get(service);
    if (faring === undefined) byService.set(service, (faring = { service, open: 0, answered: 0, stuck: 0 }));
    faring.open++;
    if (book.lastDeliveredMs[c] >= nowMs - forMs) faring.answered++;
    if (book.waitingSinceMs[c] >= 0 && nowMs - book.waitingSinceMs[c] > STUCK_AFTER_MS) faring.stuck++;
    const isTcp = names.tuple(c).endsWith('/tcp');
    if (isTcp && (longest < 0 || book.openedMs[c] < book.openedMs[longest])) longest = c;
  }
  const services = [...byService.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
  if (longest < 0) return { forMs, services, longest: null };
  const openMs = Math.max(0, Math.round(nowMs - book.openedMs[longest]));
  const answered = book.lastDeliveredMs[longest] >= nowMs - forMs;
  return { forMs, services, longest: { service: names.service(longest), openMs, answered } };
}

import type { Ledger } from '../ledger/ledger.js';

/** What became of all packets of probes, counted apart from those of the traffic. Whole numbers. */
export interface ProbeSums {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
  /** Under way: nothing known yet. */
  readonly outstanding: number;
  /** Nothing was known when they had to be forgotten. */
  readonly unexplained: number;
  readonly duplicated: number;
}

const NONE: ProbeSums = { sent: 0, delivered: 0, dropped: {}, lost: {}, outstanding: 0, unexplained: 0, duplicated: 0 };

/** `sums` and what these ledgers have counted. */
export function probeSums(ledgers: Iterable<Ledger>, sums: ProbeSums = NONE): ProbeSums {
  let all = sums;
  for (const { sent, delivered, reasons, options, outstanding, expired, duplicated } of ledgers) {
    all = {
      sent: all.sent + sent,
      delivered: all.delivered + delivered,
      dropped: added(
        all.dropped,
        reasons.totalsByReason(options.reasonName, (code) => !options.isLoss(code)),
      ),
      lost: added(all.lost, reasons.totalsByReason(options.reasonName, options.isLoss)),
      outstanding: all.outstanding + outstanding,
      unexplained: all.unexplained + expired,
      duplicated: all.duplicated + duplicated,
    };
  }
  return all;
}

function added(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, n] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}

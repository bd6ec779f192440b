import { appliancesOf, type Metric, type RunRecord } from '@rehearsal/lab-port';
import type { LedgerSummary } from '@rehearsal/traffic';
import type { CorrectionByMember, RunResult } from '../result.js';

/** What handing packets on came to: in all by the ledger, and member by member as each measured it. */
export function correctionOf({ correction }: LedgerSummary, record: RunRecord): RunResult['ledger']['correction'] {
  const { packets, perMille, extraP50Us, extraP99Us } = correction;
  const members = appliancesOf(record.plan.securityGroup).map(({ id }) => ofMember(id, record.metrics));
  return { packets, perMille, extraP50Us, extraP99Us, members };
}

function ofMember(member: string, metrics: readonly Metric[]): CorrectionByMember {
  const own = new Map(metrics.filter((m) => m.role === 'member' && m.id === member).map((m) => [m.name, m.value]));
  const none = own.size === 0 ? null : 0;
  return {
    member,
    handedOn: own.get('packets_handed_on') ?? none,
    takenIn: own.get('packets_taken_in') ?? none,
    extraP50Us: own.get('correction_extra_p50_us_now') ?? null,
    extraP99Us: own.get('correction_extra_p99_us_now') ?? null,
  };
}

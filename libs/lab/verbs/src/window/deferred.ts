import type { CommitLine } from '@rehearsal/runbook';
import type { TimedRun } from './time-once.js';

/** When connections of rules that are not critical are deferred. */
export interface DeferredInterval {
  readonly fromMs: number;
  readonly toMs: number;
  readonly rules: readonly string[];
}

/** Clocks of processes differ: what ends so soon after the first time had ended by it. */
const CLOCKS_WITHIN_MS = 500;

/** What the log says of deferral between two times; the intervals count from the first. */
export function deferredIn(commits: readonly CommitLine[], fromMs: number, toMs: number): DeferredInterval[] {
  const intervals: DeferredInterval[] = [];
  let open: { readonly atMs: number; readonly rules: readonly string[] } | undefined;
  const close = (atMs: number): void => {
    if (open === undefined || (open.atMs < fromMs && atMs < fromMs + CLOCKS_WITHIN_MS)) return;
    intervals.push({ fromMs: Math.max(0, open.atMs - fromMs), toMs: atMs - fromMs, rules: open.rules });
  };
  for (const { stream, events, time } of commits) {
    if (!stream.startsWith('security-group.') || time.ms > toMs) continue;
    for (const event of events as readonly { type: string; rules?: readonly string[] }[]) {
      if (event.type === 'DeferralBegan') open = { atMs: time.ms, rules: event.rules ?? [] };
      else if (event.type === 'DeferralEnded') {
        close(time.ms);
        open = undefined;
      }
    }
  }
  close(toMs);
  return intervals;
}

/** As early as each interval of the first run begins, and as late as it ends, in any run. */
export function deferredIntervals(runs: readonly TimedRun[]): DeferredInterval[] {
  const [first] = runs;
  return (first?.deferred ?? []).map(({ rules }, i) => {
    const same = runs.flatMap(({ deferred }) => (deferred[i] === undefined ? [] : [deferred[i]]));
    const fromMs = Math.min(...same.map((interval) => interval.fromMs));
    return { fromMs, toMs: Math.max(...same.map((interval) => interval.toMs)), rules };
  });
}

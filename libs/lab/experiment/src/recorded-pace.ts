import { parseCommit } from '@rehearsal/kernel';
import { readKeptParts } from './run-folder/run-folder.js';

/** When what a run did before its fork was done, ms since the epoch: it is done at the same moments again. */
export interface RecordedPace {
  readonly trafficAtMs: number;
  /** Activities of hypothesis, method and rollbacks in their order, as far as they had begun. */
  readonly activitiesAtMs: readonly number[];
  /** The first fault after each mark of the traffic, in order, as far as they had happened. */
  readonly faultsAtMs: readonly number[];
}

/**
 * By the ledger and the journal of a run.
 * @param log of the run, up to the fork
 * @throws LabError (bad input) where the folder lacks a part
 */
export function paceOf(folder: string, log: readonly string[]): RecordedPace {
  const forkAtMs = log.reduce((latest, line) => Math.max(latest, parseCommit(line).time.ms), 0);
  const { head, journal, ledger } = readKeptParts(folder);
  const { steady_states: steady, run, rollbacks } = journal;
  const activities = [...(steady.before?.probes ?? []), ...run, ...(steady.after?.probes ?? []), ...rollbacks];
  // The first mark is the ledger's own; each other is set right before something is done to the fabric.
  const [began, ...marks] = ledger.marks;
  const faultAfter = (mark: { readonly atMs: number }): number =>
    head.faults.find(({ atMs }) => atMs >= mark.atMs)?.atMs ?? mark.atMs;
  const isPast = (atMs: number): boolean => atMs <= forkAtMs;
  return {
    trafficAtMs: began?.atMs ?? 0,
    // Journals write times of UTC without saying so.
    activitiesAtMs: activities.map(({ start }) => Date.parse(`${start}Z`)).filter(isPast),
    faultsAtMs: marks.map(faultAfter).filter(isPast),
  };
}

import { LabError, type ForkPoint, type RunRecord } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary, TrafficPlan } from '@rehearsal/traffic';
import { conductAndJudge } from './conduct-and-judge.js';
import type { FabricHistory } from './judge/history.js';
import type { Judgement } from './judge/judge.js';
import type { RecordedPace } from './recorded-pace.js';
import type { RunRequest, Workbench } from './run-experiment.js';

/** A recorded run once more, and otherwise from a point of it on. */
export interface ForkRequest extends Pick<RunRequest, 'experiment' | 'plan' | 'seed' | 'runsFolder' | 'say'> {
  /** As the outside world was asked to send it then. */
  readonly traffic: TrafficPlan;
  readonly fork: ForkPoint;
  /** Of a run of real processes. */
  readonly pace?: RecordedPace;
}

/** What a fork comes to; nothing is kept of it. */
export interface ForkedRun {
  readonly record: RunRecord;
  readonly rows: readonly ConnectionRow[];
  readonly ledger: LedgerSummary;
  readonly history: FabricHistory;
  readonly judgement: Judgement;
}

/**
 * Conducts a recorded run again in the simulator, as it was up to a commit and otherwise from there on. What it lost is
 * told by the same run without faults that the record was compared with.
 * @throws LabError (bad input) where the run does not come to that commit as it is recorded
 */
export async function forkExperiment(request: ForkRequest, bench: Workbench): Promise<ForkedRun> {
  const rest = { world: 'simulated', runId: 'fork', folder: request.runsFolder, samples: false } as const;
  const { seen, history, judgement } = await conductAndJudge({ ...request, ...rest }, bench);
  if (seen.record.fork === undefined) {
    throw new LabError(
      'bad-input',
      `The run cannot be gone through again: it ends after ${seen.record.log.length} commits, before the one to fork at. Most likely it was recorded with another build.`,
      'Record it again with this one, or use the build that recorded it.',
    );
  }
  const { record, rows, ledger } = seen;
  return { record, rows, ledger, history, judgement };
}

import type {
  AssessOutcome,
  ExploreOutcome,
  ForkOutcome,
  RunOutcome,
  RunsRequest,
  SeedOutcome,
  TimedRun,
} from '@rehearsal/verbs';

/** What becomes of a seed, or of a case by its number, that took its worker down or that its worker could not carry out. */

export const brokenSeed = (seed: number, error: string): SeedOutcome & ExploreOutcome & ForkOutcome => ({
  seed,
  error,
});

export const brokenRun =
  ({ runs }: RunsRequest) =>
  (index: number, error: string): RunOutcome => ({ index, seed: runs[index]!.seed, error });

export const brokenCase = (index: number, why: string): AssessOutcome => ({
  index,
  broken: [{ rule: 'crashed', why }],
  stops: [],
  finished: false,
  impossible: false,
  startMs: 0,
  fromMs: 0,
  toMs: 0,
});

export const brokenTimes = (seed: number, error: string): TimedRun => ({
  seed,
  steps: [],
  totalMs: 0,
  backMs: null,
  capacity: [],
  deferred: [],
  error,
});

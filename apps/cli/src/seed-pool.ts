import type {
  AssessOutcome,
  AssessRequest,
  ExploreOutcome,
  ExploreRequest,
  ForkOutcome,
  ForkRequest,
  RunOutcome,
  RunsRequest,
  SeedOutcome,
  SeedsRequest,
  TimedRun,
  TimesRequest,
} from '@rehearsal/verbs';
import { brokenCase, brokenRun, brokenSeed, brokenTimes } from './broken-outcomes.js';
import { runPool } from './worker-pool.js';

/** Conducts one experiment for each seed. */
export function runSeeds(request: SeedsRequest, on: (outcome: SeedOutcome) => void): Promise<void> {
  return runPool<SeedOutcome>({
    worker: './seed-worker.js',
    request,
    next: counter(request.from, request.to),
    on,
    broken: brokenSeed,
  });
}

/** Conducts planned runs of one experiment, each told to its worker by its number. */
export function conductRuns(request: RunsRequest, on: (outcome: RunOutcome) => void): Promise<void> {
  return runPool<RunOutcome>({
    worker: './planned-worker.js',
    request,
    next: counter(0, request.runs.length - 1),
    on,
    broken: brokenRun(request),
  });
}

/** Goes through a procedure in all the ways that are asked for. */
export function assessCases(request: AssessRequest, on: (outcome: AssessOutcome) => void): Promise<void> {
  return runPool<AssessOutcome>({
    worker: './assess-worker.js',
    request,
    next: counter(0, request.cases.length - 1),
    on,
    broken: brokenCase,
  });
}

/** Goes through a procedure once for each seed, and says how long it took. */
export function timeSeeds(request: TimesRequest, on: (run: TimedRun) => void): Promise<void> {
  return runPool<TimedRun>({
    worker: './window-worker.js',
    request,
    next: counter(request.from, request.to),
    on,
    broken: brokenTimes,
  });
}

/** Explores one fabric for each seed, until there are no more or the time is over. */
export function exploreSeeds(request: ExploreRequest, on: (outcome: ExploreOutcome) => void): Promise<void> {
  const next = counter(request.from, request.to);
  const endMs = performance.now() + request.withinMs;
  return runPool<ExploreOutcome>({
    worker: './explore-worker.js',
    request,
    next: () => (performance.now() < endMs ? next() : undefined),
    on,
    broken: brokenSeed,
  });
}

/** Forks a recorded run for each seed, until there are no more or one shows that the record cannot be gone through. */
export async function forkSeeds(request: ForkRequest, on: (outcome: ForkOutcome) => void): Promise<void> {
  const next = counter(request.from, request.to);
  let isOver = false;
  await runPool<ForkOutcome>({
    worker: './whatif-worker.js',
    request,
    next: () => (isOver ? undefined : next()),
    on: (outcome) => {
      isOver ||= outcome.remedy !== undefined;
      on(outcome);
    },
    broken: brokenSeed,
  });
}

function counter(from: number, to: number): () => number | undefined {
  let next = from;
  return () => (next <= to ? next++ : undefined);
}

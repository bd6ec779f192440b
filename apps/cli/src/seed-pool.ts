import type {
  ExploreOutcome,
  ExploreRequest,
  RunOutcome,
  RunsRequest,
  SeedOutcome,
  SeedsRequest,
} from '@rehearsal/verbs';
import { runPool } from './worker-pool.js';

/** Conducts one experiment for each seed. */
export function runSeeds(request: SeedsRequest, on: (outcome: SeedOutcome) => void): Promise<void> {
  return runPool<SeedOutcome>({
    worker: './seed-worker.js',
    request,
    next: counter(request.from, request.to),
    on,
    broken: (seed, error) => ({ seed, error }),
  });
}

/** Conducts planned runs of one experiment, each told to its worker by its number. */
export function conductRuns(request: RunsRequest, on: (outcome: RunOutcome) => void): Promise<void> {
  return runPool<RunOutcome>({
    worker: './planned-worker.js',
    request,
    next: counter(0, request.runs.length - 1),
    on,
    broken: (index, error) => ({ index, seed: request.runs[index]!.seed, error }),
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
    broken: (seed, error) => ({ seed, error }),
  });
}

function counter(from: number, to: number): () => number | undefined {
  let next = from;
  return () => (next <= to ? next++ : undefined);
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SeedOutcome, SeedsRequest } from '@rehearsal/verbs';

const WORKERS = 2;
const WORKER = fileURLToPath(new URL('./seed-worker.js', import.meta.url));

/** Runs seeds on worker processes, each of which takes the next seed when it is done with one. */
export async function runSeeds(request: SeedsRequest, on: (outcome: SeedOutcome) => void): Promise<void> {
  let next = request.from;
  const work = async (): Promise<void> => {
    while (next <= request.to) await oneWorker(request, () => (next <= request.to ? next++ : undefined), on);
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, request.to - request.from + 1) }, work));
}

/** Lives until there are no more seeds, or until a seed takes it down. */
function oneWorker(
  request: SeedsRequest,
  take: () => number | undefined,
  on: (outcome: SeedOutcome) => void,
): Promise<void> {
  return new Promise((done) => {
    const worker = fork(WORKER, [JSON.stringify(request)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let seed: number | undefined;
    const give = (): void => {
      seed = take();
      if (seed === undefined) worker.disconnect();
      else worker.send({ seed });
    };
    worker.on('message', (outcome: SeedOutcome) => {
      on(outcome);
      give();
    });
    worker.on('exit', (code, signal) => {
      if (seed !== undefined) on({ seed, error: `its process ended with ${signal ?? code}` });
      done();
    });
    give();
  });
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const WORKERS = 2;

/** Work for processes of their own, seed by seed. */
export interface PoolWork<Outcome> {
  /** The worker's module, beside this one. */
  readonly worker: string;
  /** What every worker is told at its start; plain JSON. */
  readonly request: unknown;
  /** The next seed; undefined when there is none any more. */
  next(): number | undefined;
  on(outcome: Outcome): void;
  /** The outcome of a seed that took its worker down. */
  broken(seed: number, why: string): Outcome;
}

/** Runs seeds on worker processes, each of which takes the next seed when it is done with one. */
export async function runPool<Outcome>(work: PoolWork<Outcome>): Promise<void> {
  await Promise.all(
    Array.from({ length: WORKERS }, async () => {
      for (let first = work.next(); first !== undefined; first = work.next()) await oneWorker(work, first);
    }),
  );
}

/** Lives until there are no more seeds, or until a seed takes it down. */
function oneWorker<Outcome>(work: PoolWork<Outcome>, first: number): Promise<void> {
  const path = fileURLToPath(new URL(work.worker, import.meta.url));
  return new Promise((done) => {
    const worker = fork(path, [JSON.stringify(work.request)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    let seed: number | undefined;
    const give = (next: number | undefined): void => {
      seed = next;
      if (seed === undefined) worker.disconnect();
      else worker.send({ seed });
    };
    worker.on('message', (outcome) => {
      work.on(outcome as Outcome);
      give(work.next());
    });
    worker.on('exit', (code, signal) => {
      if (seed !== undefined) work.on(work.broken(seed, `its process ended with ${signal ?? code}`));
      done();
    });
    give(first);
  });
}

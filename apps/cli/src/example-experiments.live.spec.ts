import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadExperiment } from '@rehearsal/experiment';
import type { EndedRun, WantedRun } from './run-worker.js';

// Runs are simulated, but conducted by processes of the built command: there a packet costs a fraction of what it
// costs within Jest.
const EXAMPLES = join(import.meta.dirname, '../../../examples');
const FOLDERS = ['experiments', 'questions'];
const WORKER = join(import.meta.dirname, '../dist/run-worker.js');
const RUNS = mkdtempSync(join(tmpdir(), 'rehearsal-examples-'));
const WORKERS = 2;
const MAY_TAKE_MS = 600_000;

/** Every example with a control. */
const controlled = FOLDERS.flatMap((folder) => readdirSync(join(EXAMPLES, folder)).map((file) => join(folder, file)))
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => {
    const path = join(EXAMPLES, name);
    const { negativeControl: control } = loadExperiment(path).block;
    if (control === undefined) return [];
    const asItIs: WantedRun = { path, set: [`profile=${control.profile}`], seed: control.seed, runsFolder: RUNS };
    const changes = Object.entries(control.settings).map(([setting, value]) => `${setting}=${String(value)}`);
    return [{ name, control, asItIs, changed: { ...asItIs, set: [...asItIs.set, ...changes] } }];
  });

const ended = new Map<WantedRun, PromiseWithResolvers<EndedRun>>();
const waiting = controlled.flatMap(({ asItIs, changed }) => [asItIs, changed]);
for (const wanted of waiting) {
  const deferred = Promise.withResolvers<EndedRun>();
  // Whoever asks first is told of it; nobody asks for what no test was selected for.
  deferred.promise.catch(() => {});
  ended.set(wanted, deferred);
}

/** A process that conducts run after run until none waits. */
function startWorker(): ChildProcess {
  const worker = fork(WORKER, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let now: WantedRun | undefined;
  const next = (): void => {
    now = waiting.shift();
    if (now === undefined) worker.disconnect();
    else worker.send(now);
  };
  worker.on('message', (run) => {
    ended.get(now!)!.resolve(run as EndedRun);
    next();
  });
  worker.on('exit', (code, signal) => {
    if (now !== undefined) ended.get(now)!.reject(new Error(`its process ended with ${signal ?? code}`));
  });
  next();
  return worker;
}

describe('an example that names a negative control passes as it is, and fails with the control', () => {
  let workers: ChildProcess[];
  beforeAll(() => {
    workers = Array.from({ length: WORKERS }, startWorker);
  });
  afterAll(() => {
    for (const worker of workers) worker.kill();
    rmSync(RUNS, { recursive: true, force: true });
  });

  it.each(controlled)(
    '$name: $control.about',
    async ({ asItIs, changed, control }) => {
      expect(await ended.get(asItIs)!.promise).toEqual({ verdict: 'pass', reasons: [] });
      const { verdict, reasons } = await ended.get(changed)!.promise;
      expect(verdict).toBe('fail');
      expect(reasons.join('\n')).toMatch(new RegExp(control.expect));
    },
    MAY_TAKE_MS,
  );
});

/** A worker of `run --seeds`: conducts the experiment once for each seed it is sent. */
import '@rehearsal/compiler';
import { startRun, type SeedOutcome, type SeedsRequest, type VerbContext } from '@rehearsal/verbs';
import { brokenSeed } from './broken-outcomes.js';
import { createServices } from './services.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<SeedsRequest>();
const say = (): void => {};
const context: VerbContext = { services: createServices(say), set: request.set, runsFolder: request.runsFolder, say };

answerSeeds<SeedOutcome>(async (seed) => {
  const start = { path: request.experiment, world: 'simulated', seed, keep: false } as const;
  return { seed, result: await startRun(start, context) };
}, brokenSeed);

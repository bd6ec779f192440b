/** A worker of `sensitivity`: conducts the planned runs it is sent the numbers of. */
import '@rehearsal/compiler';
import { readSet, startRun, type RunOutcome, type RunsRequest, type VerbContext } from '@rehearsal/verbs';
import { brokenRun } from './broken-outcomes.js';
import { createServices } from './services.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<RunsRequest>();
const say = (): void => {};
const services = createServices(say);
// One for all runs: the code it has read does not change meanwhile.
const bench = services.bench();
const shared = { ...services, bench: () => bench };

answerSeeds<RunOutcome>(async (index) => {
  const { seed, set } = request.runs[index]!;
  const words = readSet([...request.set.words, ...set]);
  const context: VerbContext = { services: shared, set: words, runsFolder: request.runsFolder, say };
  const start = { path: request.experiment, world: 'simulated', seed, keep: false } as const;
  return { index, seed, result: await startRun(start, context) };
}, brokenRun(request));

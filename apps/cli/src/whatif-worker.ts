/** A worker of `whatif`: forks a recorded run once for each seed it is sent. */
import '@rehearsal/compiler';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { ForkOutcome, ForkRequest } from '@rehearsal/verbs';
import { brokenSeed } from './broken-outcomes.js';
import { createServices } from './services.js';
import { forkRun, readForkable, type ForkableRecord } from './whatif/fork-run.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<ForkRequest>();
// One for all forks: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
let forkable: ForkableRecord | undefined;

answerSeeds<ForkOutcome>(async (seed) => {
  try {
    forkable ??= readForkable(request);
    return await forkRun(forkable, seed, await bench);
  } catch (error) {
    if (!(error instanceof LabError) || error.kind !== 'bad-input') throw error;
    const { message, remedy } = error;
    return { seed, error: message.slice(0, -remedy.length).trimEnd(), remedy };
  }
}, brokenSeed);

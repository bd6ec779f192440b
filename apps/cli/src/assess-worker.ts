/** A worker of `assess`: goes through a procedure with the faults it is sent the numbers of. */
import '@rehearsal/compiler';
import { assessOnce, readProcedure, type AssessRequest } from '@rehearsal/verbs';
import { brokenCase } from './broken-outcomes.js';
import { createServices } from './services.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<AssessRequest>();
// One for all runs: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
const procedure = readProcedure(request.words, request.set);

answerSeeds(async (index) => {
  const { plan, traffic, experiment } = await procedure;
  const work = { plan, traffic, experiment: experiment(), bench: await bench, folder: request.runsFolder };
  const { commits: _, ...outcome } = await assessOnce(work, request.cases[index]!);
  return { ...outcome, index };
}, brokenCase);

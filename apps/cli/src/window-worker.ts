/** A worker of `window`: goes through a procedure with the chances of each seed it is sent. */
import '@rehearsal/compiler';
import { readProcedure, timeOnce, type TimesRequest } from '@rehearsal/verbs';
import { brokenTimes } from './broken-outcomes.js';
import { createServices } from './services.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<TimesRequest>();
// One for all runs: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
const procedure = readProcedure(request.words, request.set);

answerSeeds(async (seed) => {
  const { plan, experiment } = await procedure;
  return timeOnce({ plan, experiment: experiment(), bench: await bench, folder: request.runsFolder }, seed);
}, brokenTimes);

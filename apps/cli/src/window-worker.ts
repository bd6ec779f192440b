/** A worker of `window`: goes through a procedure with the chances of each seed it is sent. */
import '@rehearsal/compiler';
import { explain, readProcedure, timeOnce, type TimedRun, type TimesRequest } from '@rehearsal/verbs';
import { createServices } from './services.js';

const request = JSON.parse(process.argv[2]!) as TimesRequest;
// One for all runs: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
const procedure = readProcedure(request.words, request.set);

async function timed(seed: number): Promise<TimedRun> {
  try {
    const { plan, experiment } = await procedure;
    return await timeOnce({ plan, experiment: experiment(), bench: await bench, folder: request.runsFolder }, seed);
  } catch (error) {
    const why = explain(error)?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { seed, steps: [], totalMs: 0, backMs: null, capacity: [], error: why };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void timed(message.seed).then((run) => process.send?.(run));
});

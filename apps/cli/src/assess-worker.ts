/** A worker of `assess`: goes through a procedure with the faults it is sent the numbers of. */
import '@rehearsal/compiler';
import { assessOnce, explain, readProcedure, type AssessOutcome, type AssessRequest } from '@rehearsal/verbs';
import { createServices } from './services.js';

const request = JSON.parse(process.argv[2]!) as AssessRequest;
// One for all runs: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
const procedure = readProcedure(request.words, request.set);

async function outcomeOf(index: number): Promise<AssessOutcome> {
  const { plan, traffic, experiment } = await procedure;
  try {
    const work = { plan, traffic, experiment: experiment(), bench: await bench, folder: request.runsFolder };
    const { commits: _, ...outcome } = await assessOnce(work, request.cases[index]!);
    return { ...outcome, index };
  } catch (error) {
    const why = explain(error)?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    const broken = [{ rule: 'crashed', why }];
    return { index, broken, stops: [], finished: false, impossible: false, startMs: 0, fromMs: 0, toMs: 0 };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void outcomeOf(message.seed).then((outcome) => process.send?.(outcome));
});

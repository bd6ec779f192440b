/** A worker of `sensitivity`: conducts the planned runs it is sent the numbers of. */
import '@rehearsal/compiler';
import { explain, readSet, startRun, type RunOutcome, type RunsRequest, type VerbContext } from '@rehearsal/verbs';
import { createServices } from './services.js';

const request = JSON.parse(process.argv[2]!) as RunsRequest;
const say = (): void => {};
const services = createServices(say);
// One for all runs: the code it has read does not change meanwhile.
const bench = services.bench();
const shared = { ...services, bench: () => bench };

async function outcomeOf(index: number): Promise<RunOutcome> {
  const { seed, set } = request.runs[index]!;
  const words = readSet([...request.set.words, ...set]);
  const context: VerbContext = { services: shared, set: words, runsFolder: request.runsFolder, say };
  try {
    const start = { path: request.experiment, world: 'simulated', seed, keep: false } as const;
    return { index, seed, result: await startRun(start, context) };
  } catch (error) {
    const known = explain(error);
    const why = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { index, seed, error: why };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void outcomeOf(message.seed).then((outcome) => process.send?.(outcome));
});

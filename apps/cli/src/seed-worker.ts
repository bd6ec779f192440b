/** A worker of `run --seeds`: conducts the experiment once for each seed it is sent. */
import '@rehearsal/compiler';
import { explain, startRun, type SeedOutcome, type SeedsRequest, type VerbContext } from '@rehearsal/verbs';
import { createServices } from './services.js';

const request = JSON.parse(process.argv[2]!) as SeedsRequest;
const say = (): void => {};
const context: VerbContext = { services: createServices(say), set: request.set, runsFolder: request.runsFolder, say };

async function outcomeOf(seed: number): Promise<SeedOutcome> {
  try {
    const start = { path: request.experiment, world: 'simulated', seed, keep: false } as const;
    return { seed, result: await startRun(start, context) };
  } catch (error) {
    const known = explain(error);
    return { seed, error: known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)) };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void outcomeOf(message.seed).then((outcome) => process.send?.(outcome));
});

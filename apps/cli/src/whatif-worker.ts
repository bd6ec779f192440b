/** A worker of `whatif`: forks a recorded run once for each seed it is sent. */
import '@rehearsal/compiler';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { explain, type ForkOutcome, type ForkRequest } from '@rehearsal/verbs';
import { createServices } from './services.js';
import { forkRun, readForkable, type ForkableRecord } from './whatif/fork-run.js';

const request = JSON.parse(process.argv[2]!) as ForkRequest;
// One for all forks: the code it has read does not change meanwhile.
const bench = createServices(() => {}).bench();
let forkable: ForkableRecord | undefined;

async function outcomeOf(seed: number): Promise<ForkOutcome> {
  try {
    forkable ??= readForkable(request);
    return await forkRun(forkable, seed, await bench);
  } catch (error) {
    if (error instanceof LabError && error.kind === 'bad-input') {
      const { message, remedy } = error;
      return { seed, error: message.slice(0, -remedy.length).trimEnd(), remedy };
    }
    const known = explain(error);
    const why = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { seed, error: why };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void outcomeOf(message.seed).then((outcome) => process.send?.(outcome));
});

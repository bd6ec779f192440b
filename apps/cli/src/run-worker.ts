/** A worker that conducts whatever simulated run it is sent, one after the other, so that its code stays warm. */
import '@rehearsal/compiler';
import type { RunResult } from '@rehearsal/experiment';
import { readSet, startRun, whatWentWrong } from '@rehearsal/verbs';
import { createServices } from './services.js';

export interface WantedRun {
  readonly path: string;
  /** As after `--set`. */
  readonly set: readonly string[];
  readonly seed: number;
  readonly runsFolder: string;
}

/** How it ended. An invariant that breaks ends the run without a result: a failure, too. */
export type EndedRun = Pick<RunResult, 'verdict' | 'reasons'>;

const say = (): void => {};
const services = createServices(say);
// One for all runs: the code it has read does not change meanwhile.
const bench = services.bench();
const shared = { ...services, bench: () => bench };

async function conduct({ path, set, seed, runsFolder }: WantedRun): Promise<EndedRun> {
  try {
    const context = { services: shared, set: readSet(set), runsFolder, say };
    const { verdict, reasons } = await startRun({ path, world: 'simulated', seed, keep: false }, context);
    return { verdict, reasons };
  } catch (error) {
    return { verdict: 'fail', reasons: [whatWentWrong(error)] };
  }
}

process.on('message', (wanted: WantedRun) => {
  void conduct(wanted).then((ended) => process.send?.(ended));
});

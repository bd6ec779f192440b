/** Conducts the runs it is sent the numbers of, and reads their figures. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { explain, readSet, startRun } from '@rehearsal/verbs';
import { createServices } from '../services.js';
import { readFacts } from './facts.js';
import { ANSWER_FIGURES } from './figures.js';
import { jobsOf, type MeasuredRun, type MeasureRequest } from './measure.js';
import { QUESTIONS } from './questions.js';

const request = JSON.parse(process.argv[2]!) as MeasureRequest;
const jobs = jobsOf(
  request.ids.map((id) => QUESTIONS.find((q) => q.id === id)!),
  request.seeds,
);
const say = (): void => {};
const services = createServices(say);
// One for all runs: the code it has read does not change meanwhile.
const bench = services.bench();
const shared = { ...services, bench: () => bench };

async function measured(index: number): Promise<MeasuredRun> {
  const { experiment, set, seed, figures } = jobs[index]!;
  try {
    const path = join(request.folder, `${experiment}.yaml`);
    const context = { services: shared, set: readSet(set), runsFolder: request.runsFolder, say };
    const { folder, verdict, reasons } = await startRun(
      { path, world: 'simulated', seed, keep: true, samples: true },
      context,
    );
    if (verdict !== 'pass') return { index, error: `${verdict}: ${reasons.join('; ')}` };
    const facts = readFacts(folder);
    rmSync(folder, { recursive: true });
    return { index, values: Object.fromEntries(figures.map((name) => [name, ANSWER_FIGURES[name].read(facts)])) };
  } catch (error) {
    return { index, error: explain(error)?.message ?? String(error) };
  }
}

process.on('message', (message: { readonly seed: number }) => {
  void measured(message.seed).then((run) => process.send?.(run));
});

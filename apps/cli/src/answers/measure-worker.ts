/** Conducts the runs it is sent the numbers of, and reads their figures. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSet, startRun } from '@rehearsal/verbs';
import { createServices } from '../services.js';
import { answerSeeds, readRequest } from '../worker-side.js';
import { readFacts } from './facts.js';
import { ANSWER_FIGURES } from './figures.js';
import { brokenMeasure, jobsOf, type MeasuredRun, type MeasureRequest } from './measure.js';
import { QUESTIONS } from './questions.js';

const request = readRequest<MeasureRequest>();
const jobs = jobsOf(
  request.ids.map((id) => QUESTIONS.find((q) => q.id === id)!),
  request.seeds,
);
const say = (): void => {};
const services = createServices(say);
// One for all runs: the code it has read does not change meanwhile.
const bench = services.bench();
const shared = { ...services, bench: () => bench };

answerSeeds<MeasuredRun>(async (index) => {
  const { experiment, set, seed, figures } = jobs[index]!;
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
}, brokenMeasure);

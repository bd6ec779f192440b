/** A worker of `explore`: carries out the schedule of each seed it is sent, and shrinks those that fail. */
import '@rehearsal/compiler';
import { readFileSync } from 'node:fs';
import { drawSchedule, explore, readSchedule, smallest, type Schedule } from '@rehearsal/experiment';
import type { ExploreOutcome, ExploreRequest } from '@rehearsal/verbs';
import { brokenSeed } from './broken-outcomes.js';
import { createExploreBench } from './explore-bench.js';
import { answerSeeds, readRequest } from './worker-side.js';

const request = readRequest<ExploreRequest>();
const bench = createExploreBench(request.fabric, request.set);

function scheduleOf(seed: number): Schedule {
  const { schedule, mode } = request;
  return schedule === undefined
    ? drawSchedule(seed, bench.planWith({}), mode)
    : readSchedule(readFileSync(schedule, 'utf8'), schedule);
}

answerSeeds<ExploreOutcome>(async (seed) => {
  const schedule = scheduleOf(seed);
  const explored = await explore(schedule, bench);
  const [first] = explored.findings;
  if (first === undefined) return { seed, explored };
  return { seed, explored, smallest: request.shrink ? await smallest(schedule, first, bench) : schedule };
}, brokenSeed);

/** A worker of `explore`: carries out the schedule of each seed it is sent, and shrinks those that fail. */
import '@rehearsal/compiler';
import { readFileSync } from 'node:fs';
import { drawSchedule, explore, readSchedule, smallest, type Schedule } from '@rehearsal/experiment';
import { explain, type ExploreOutcome, type ExploreRequest } from '@rehearsal/verbs';
import { createExploreBench } from './explore-bench.js';

const request = JSON.parse(process.argv[2]!) as ExploreRequest;
const bench = createExploreBench(request.fabric, request.set);

function scheduleOf(seed: number): Schedule {
  const { schedule, mode } = request;
  return schedule === undefined
    ? drawSchedule(seed, bench.planWith({}), mode)
    : readSchedule(readFileSync(schedule, 'utf8'), schedule);
}

async function outcomeOf(seed: number): Promise<ExploreOutcome> {
  try {
    const schedule = scheduleOf(seed);
    const explored = await explore(schedule, bench);
    const [first] = explored.findings;
    if (first === undefined) return { seed, explored };
    return { seed, explored, smallest: request.shrink ? await smallest(schedule, first, bench) : schedule };
  } catch (error) {
    const known = explain(error);
    return { seed, error: known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error)) };
  }
}

process.on('message', ({ seed }: { readonly seed: number }) => {
  void outcomeOf(seed).then((outcome) => process.send!(outcome));
});

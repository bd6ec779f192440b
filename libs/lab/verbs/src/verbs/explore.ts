import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  addCoverage,
  emptyCoverage,
  faultsNotReached,
  readSchedule,
  scheduleText,
  stepText,
  type Coverage,
} from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { z } from 'zod';
import { EXIT, verb, type ExploreOutcome, type VerbContext } from '../registry/verb.js';
import { commandOf } from './repeat.js';
import { countsText } from './table.js';
import { GREATEST_SEED, readSeedRange, seedRange } from './seed-range.js';

const input = z.strictObject({
  fabric: z.string().describe('fabric file'),
  seeds: seedRange('1..200')
    .optional()
    .describe('A..B: one run a seed, two at a time; default: 1..100, or without end for --minutes'),
  minutes: z.number().min(0).optional().describe('begins no new run after so long'),
  seed: z.int().min(0).max(GREATEST_SEED).optional().describe('this one seed'),
  schedule: z.string().optional().describe('a schedule that was kept, instead of what the seed draws'),
  mode: z.enum(['safety', 'liveness']).optional().describe('default: three seeds in four safety, the others liveness'),
  noShrink: z.boolean().default(false).describe('leaves failing schedules as they are'),
});

const counts = z.record(z.string(), z.int());
const output = z.strictObject({
  fabric: z.string(),
  profile: z.string(),
  verdict: z.enum(['pass', 'fail']),
  runs: z.int(),
  virtualSec: z.int(),
  runsPerMinute: z.int(),
  failed: z.array(
    z.strictObject({
      seed: z.int(),
      reasons: z.array(z.string()),
      /** What is left of the schedule. */
      steps: z.array(z.string()),
      schedule: z.string().nullable(),
      repeat: z.array(z.string()),
    }),
  ),
  coverage: z.record(z.string(), counts),
  faultsNotReached: z.array(z.string()),
});
type Out = z.output<typeof output>;
type Failed = Out['failed'][number];

const DEFAULT_SEEDS = { from: 1, to: 100 };
const SAY_EVERY_MS = 10_000;
const MS_PER_MINUTE = 60_000;

export default verb({
  path: 'explore',
  summary: 'random faults over random traffic, seed by seed; what fails is shrunk',
  about:
    'Each seed draws a schedule: which kinds of fault there are at all and how strong, when they come and to whom, how ' +
    'rough the weather is, what traffic flows, and some settings that may not matter. A run is 30 virtual seconds. In ' +
    'safety mode everything is mended in the end, and nothing may be unexplained, doubled, out of order or lost beyond ' +
    'what the schedule explains; in liveness mode a core is mended, the rest fails for good, and the core has to come ' +
    'to rest serving. A schedule that fails is shrunk to a smallest one, which is kept in a file.',
  examples: [
    {
      command: 'rehearse explore examples/fabrics/single-site.fabric.yaml --seeds 1..300',
      does: 'three hundred seeds',
    },
    { command: 'rehearse explore examples/fabrics/single-site.fabric.yaml --minutes 60', does: 'an hour of seeds' },
    { command: 'rehearse explore examples/fabrics/single-site.fabric.yaml --seed 17', does: 'seed 17 again' },
    {
      command: 'rehearse explore examples/fabrics/single-site.fabric.yaml --schedule runs/explore/branch-17.json',
      does: 'a schedule that was kept, again',
    },
  ],
  positionals: ['fabric'],
  input,
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const { fabric, schedule, mode, minutes } = given;
    const profile = context.set.profile ?? 'lossless';
    const range = rangeOf(given);
    // What is wrong with the file is said once, and not by every worker.
    const plan = loadFabric(fabric, { profile, overrides: context.set.settings });
    if (schedule !== undefined) checkSchedule(schedule);
    const progress = new Progress(context);
    await context.services.explore(
      {
        fabric,
        ...range,
        withinMs: minutes === undefined ? Number.MAX_SAFE_INTEGER : minutes * MS_PER_MINUTE,
        ...(mode === undefined ? {} : { mode }),
        ...(schedule === undefined ? {} : { schedule }),
        shrink: !given.noShrink && schedule === undefined,
        set: context.set,
      },
      (outcome) => progress.take(outcome, () => failureOf(outcome, given, plan.fabric, context)),
    );
    return progress.sum(fabric, profile);
  },
  render: (out: Out) => textOf(out),
  exitCode: (out: Out) => (out.verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

type Given = z.output<typeof input>;

/** A schedule that is none is said before anything runs. */
function checkSchedule(path: string): void {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a file that is there.');
  }
  readSchedule(text, path);
}

function rangeOf({ seeds, seed, minutes, schedule }: Given): { from: number; to: number } {
  if ([seeds, seed, schedule].filter((v) => v !== undefined).length > 1) {
    throw new LabError('bad-input', '--seeds, --seed and --schedule exclude each other.', 'Keep one.');
  }
  if (schedule !== undefined) return { from: 1, to: 1 };
  if (seed !== undefined) return { from: seed, to: seed };
  if (seeds === undefined) return minutes === undefined ? DEFAULT_SEEDS : { from: 1, to: GREATEST_SEED };
  return readSeedRange(seeds);
}

/** What is said of a failing seed; its smallest schedule is kept beside the runs. */
function failureOf(outcome: ExploreOutcome, given: Given, name: string, context: VerbContext): Failed {
  const { seed, smallest, error } = outcome;
  const reasons = error === undefined ? outcome.explored!.findings.map((f) => f.text) : [error];
  const repeat = (words: readonly string[]): string =>
    commandOf(['explore', given.fabric, ...words], context.set.words);
  const bySeed = repeat(given.schedule === undefined ? ['--seed', String(seed)] : ['--schedule', given.schedule]);
  if (smallest === undefined || given.schedule !== undefined) {
    return { seed, reasons, steps: [], schedule: null, repeat: [bySeed] };
  }
  const path = join(context.runsFolder, 'explore', `${basename(name)}-${seed}.json`);
  mkdirSync(join(context.runsFolder, 'explore'), { recursive: true });
  writeFileSync(path, scheduleText(smallest));
  return {
    seed,
    reasons,
    steps: smallest.steps.map((step) => stepText(step)),
    schedule: path,
    repeat: [repeat(['--schedule', path]), bySeed],
  };
}

/** Adds seeds up as they end, and says from time to time how far it has come. */
class Progress {
  private readonly context: VerbContext;
  private readonly coverage: Coverage = emptyCoverage();
  private readonly failed: Failed[] = [];
  private readonly beganMs = performance.now();
  private saidAtMs = this.beganMs;
  private runs = 0;
  private virtualMs = 0;

  constructor(context: VerbContext) {
    this.context = context;
  }

  take(outcome: ExploreOutcome, failure: () => Failed): void {
    const { seed, explored } = outcome;
    this.runs++;
    if (explored !== undefined) {
      addCoverage(this.coverage, explored.coverage);
      this.virtualMs += explored.virtualMs;
    }
    if (explored === undefined || explored.findings.length > 0) {
      const failed = failure();
      this.failed.push(failed);
      this.context.say(`seed ${seed}: ${failed.reasons[0]}; again: ${failed.repeat[0]}`);
    }
    const nowMs = performance.now();
    if (nowMs - this.saidAtMs < SAY_EVERY_MS) return;
    this.saidAtMs = nowMs;
    const kinds = Object.keys(this.coverage.faults).length;
    this.context.say(`${this.runs} runs, ${this.failed.length} failed, ${kinds} kinds of fault reached`);
  }

  sum(fabric: string, profile: string): Out {
    const minutes = (performance.now() - this.beganMs) / MS_PER_MINUTE;
    const sorted = (c: Readonly<Record<string, number>>): Record<string, number> =>
      Object.fromEntries(Object.entries(c).sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      fabric,
      profile,
      verdict: this.failed.length === 0 ? 'pass' : 'fail',
      runs: this.runs,
      virtualSec: Math.round(this.virtualMs / 1000),
      runsPerMinute: Math.round(this.runs / minutes),
      failed: this.failed.sort((a, b) => a.seed - b.seed),
      coverage: Object.fromEntries(
        Object.entries(this.coverage).map(([name, c]) => [name, sorted(c as Out['coverage'][string])]),
      ),
      faultsNotReached: faultsNotReached(this.coverage),
    };
  }
}

const HEADINGS: Readonly<Record<keyof Coverage, string>> = {
  modes: 'runs',
  faults: 'faults done',
  faultsRefused: 'faults that could not be done',
  memberStates: 'states of members seen',
  slotStates: 'states of slots seen',
  events: 'events',
  refusals: 'refused or ignored',
  packets: 'packets that did not arrive',
  weather: 'weather and settings',
};

function textOf(out: Out): string {
  const lines = [`${out.runs} runs, ${out.virtualSec} virtual seconds, ${out.runsPerMinute} runs a minute`, ''];
  for (const [name, heading] of Object.entries(HEADINGS)) {
    lines.push(`${heading}: ${countsText(out.coverage[name] ?? {}, 'none')}`);
  }
  if (out.faultsNotReached.length > 0) lines.push(`faults never done: ${out.faultsNotReached.join(', ')}`);
  lines.push('', out.failed.length === 0 ? 'nothing was found' : `${out.failed.length} seeds failed`);
  for (const { seed, reasons, steps, repeat } of out.failed) {
    lines.push(`seed ${seed}:`, ...reasons.map((r) => `  ${r}`), ...steps.map((s) => `    ${s}`));
    lines.push(...repeat.map((r) => `  again: ${r}`));
  }
  return `${lines.join('\n')}\n`;
}

import { planWord, quantile, resultSchema, type RunResult } from '@rehearsal/experiment';
import { join } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { explain } from '../registry/carry-out.js';
import { EXIT, verb, type SeedOutcome, type VerbContext } from '../registry/verb.js';
import { reportPath } from '../report/report-path.js';
import { captureFields, captureLimits, captureWords } from './capture-fields.js';
import { FIGURES, figuresOf } from './figures.js';
import { commandOf } from './repeat.js';
import { resultNotes, resultTable } from './result-text.js';
import { archiveSchema, checkpointSigner, withArchive } from './run-archive.js';
import { experimentName, planFor, readChecked, startRun } from './start-run.js';
import { textTable } from './table.js';
import { GREATEST_SEED, readSeedRange, seedRange } from './seed-range.js';

const input = z.strictObject({
  experiment: z.string().describe('experiment file'),
  live: z.boolean().default(false).describe('real processes'),
  sim: z.boolean().default(false).describe('the simulator (the default)'),
  captures: z.string().optional().describe("a capture or a folder of them, instead of the experiment's traffic"),
  skipUnreadable: z.boolean().default(false).describe('with --captures: leaves out files that are no captures'),
  ...captureFields,
  archive: z
    .boolean()
    .default(false)
    .describe('with --live: archives the log, as `up --archive` does, and compares the two at the end'),
  noSamples: z.boolean().default(false).describe('records no time series: the report has no plots over time'),
  seed: z.int().min(0).max(GREATEST_SEED).optional().describe('of the simulator; default: 1'),
  seeds: seedRange('1..50').optional().describe('A..B: one simulated run a seed, two at a time'),
});

const spread = z.strictObject({ min: z.number(), p50: z.number(), p99: z.number(), max: z.number() }).nullable();
const one = resultSchema.extend({
  experiment: z.string(),
  mode: z.enum(['live', 'sim']),
  seed: z.int().nullable(),
  /** Null where the log was not archived. */
  archive: archiveSchema.nullable(),
  report: z.string().describe('its page'),
});
const many = z.strictObject({
  experiment: z.string(),
  mode: z.literal('sim'),
  verdict: z.enum(['pass', 'fail']),
  seeds: z.strictObject({ from: z.int(), to: z.int() }),
  passed: z.int(),
  failed: z.array(z.strictObject({ seed: z.int(), reason: z.string(), repeat: z.string() })),
  distributions: z.record(z.string(), spread),
  report: z.string().describe('its page'),
});
type One = z.output<typeof one>;
type Many = z.output<typeof many>;
type Out = One | Many;

export default verb({
  path: 'run',
  summary: 'conduct an experiment and judge it',
  about:
    "Brings up the experiment's fabric, lets traffic flow, looks whether all is well, does what the method says, looks " +
    'again, and adds up what became of every packet and every connection, compared with the same traffic without ' +
    "faults. Verdict `pass` means: within the experiment's budget, nothing unexplained, well again afterwards.",
  examples: [
    { command: 'rehearse run examples/experiments/kernel-panic.yaml', does: 'once in the simulator' },
    { command: 'rehearse run examples/experiments/kernel-panic.yaml --live', does: 'once with real processes' },
    {
      command: 'rehearse run examples/experiments/kernel-panic.yaml --live --archive',
      does: 'the same, with every decision archived in PostgreSQL',
    },
    {
      command: 'rehearse run examples/experiments/kernel-panic.yaml --seeds 1..50 --set profile=lossless',
      does: 'fifty times in the simulator, each with other chances',
    },
    { command: 'rehearse run examples/experiments/kernel-panic.yaml --sim --seed 17', does: 'seed 17 again' },
    {
      command: 'rehearse run examples/experiments/captures-panic.yaml --captures examples/captures',
      does: 'every capture of a folder, under panics',
    },
    {
      command: 'rehearse run examples/experiments/kernel-panic.yaml --capture-packets',
      does: 'with every packet captured, for `rehearse export latest --format pcapng`',
    },
  ],
  positionals: ['experiment'],
  input,
  output: z.union([one, many]),
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const { experiment, live, seeds } = given;
    if (live && (given.sim || given.seed !== undefined || seeds !== undefined)) {
      const seen = given.sim ? '--sim' : seeds === undefined ? '--seed' : '--seeds';
      throw new LabError('bad-input', `--live and ${seen} exclude each other.`, 'Leave one out.');
    }
    const packetCapture = captureLimits(given);
    if (given.archive && !live) {
      throw new LabError('bad-input', '--archive is for real processes.', 'Add --live, or leave it out.');
    }
    if (seeds !== undefined) {
      if (packetCapture !== undefined)
        throw new LabError('bad-input', '--capture-packets and --seeds exclude each other.', 'Capture one: --seed N.');
      if (given.captures !== undefined)
        throw new LabError(
          'bad-input',
          '--captures and --seeds exclude each other.',
          'Name the folder in the experiment.',
        );
      if (given.seed !== undefined)
        throw new LabError('bad-input', '--seed and --seeds exclude each other.', 'Keep one.');
      return runSeeds(experiment, seeds, context);
    }
    const seed = given.seed ?? 1;
    const world = live ? 'processes' : 'simulated';
    const { skipUnreadable, archive } = given;
    // A key that cannot be read is found out before the run, not after it.
    const signer = archive ? checkpointSigner() : undefined;
    const captures = given.captures === undefined ? undefined : { path: given.captures, skipUnreadable };
    const played =
      captures === undefined ? '' : ` --captures '${captures.path}'${skipUnreadable ? ' --skip-unreadable' : ''}`;
    const captured = captureWords(packetCapture).map((word) => ` ${word}`);
    const again = `again: ${repeat(experiment, seed, context.set.words)}${played}${captured.join('')}`;
    const result = await startRun(
      { path: experiment, world, seed, keep: true, samples: !given.noSamples, archive, captures, packetCapture },
      context,
    ).catch((error: unknown) => {
      // What is wrong with the words or the files is wrong again.
      if (!live && explain(error)?.code !== EXIT.badInput) context.say(again);
      throw error;
    });
    if (!live && result.verdict !== 'pass') context.say(again);
    return {
      ...(signer === undefined ? { ...result, archive: null } : await withArchive(result, signer, context)),
      experiment,
      mode: live ? 'live' : 'sim',
      seed: live ? null : seed,
      report: reportPath(result.folder),
    };
  },
  render: (out: Out) => ('seeds' in out ? seedsText(out) : `${resultTable([[out.profile, out]])}\n${resultNotes(out)}`),
  exitCode: (out: Out) => (out.verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

async function runSeeds(experiment: string, seeds: string, context: VerbContext): Promise<Many> {
  const { from, to } = readSeedRange(seeds);
  // What is wrong with the files is said once, and not by every worker.
  const checked = await readChecked(experiment);
  const plan = planFor(checked, context.set);
  const outcomes: SeedOutcome[] = [];
  const { set, runsFolder } = context;
  await context.services.seeds({ experiment, from, to, set, runsFolder }, (outcome) => {
    outcomes.push(outcome);
    const word = outcome.result?.verdict ?? 'fail';
    if (word !== 'pass')
      context.say(
        `seed ${outcome.seed}: ${word}: ${reasonOf(outcome)}; again: ${repeat(experiment, outcome.seed, set.words)}`,
      );
    else if (outcomes.length % 10 === 0) context.say(`${outcomes.length} of ${to - from + 1} seeds`);
  });
  outcomes.sort((a, b) => a.seed - b.seed);
  const failed = outcomes.filter((o) => o.result?.verdict !== 'pass');
  const name = `${experimentName(experiment)}-${plan.profile}-seeds-${from}-${to}-${planWord(plan)}`;
  const { writeSeedsFolder } = await import('../report/seeds-folder.js');
  const report = writeSeedsFolder(join(runsFolder, name), {
    title: checked.file.title,
    description: checked.file.description ?? '',
    fabric: plan.fabric,
    profile: plan.profile,
    settings: plan.settings,
    from,
    to,
    seeds: outcomes.map((o) => ({
      seed: o.seed,
      verdict: o.result?.verdict ?? 'fail',
      reason: o.result?.verdict === 'pass' ? '' : reasonOf(o),
      figures: o.result === undefined ? {} : figuresByWord(o.result),
    })),
    commands: [
      { does: 'The same seeds again', command: commandOf(['run', experiment, '--seeds', seeds], set.words) },
      { does: 'One of them, with plots', command: repeat(experiment, failed[0]?.seed ?? from, set.words) },
    ],
  });
  return {
    experiment,
    mode: 'sim',
    verdict: failed.length === 0 ? 'pass' : 'fail',
    seeds: { from, to },
    passed: outcomes.length - failed.length,
    failed: failed.map((o) => ({ seed: o.seed, reason: reasonOf(o), repeat: repeat(experiment, o.seed, set.words) })),
    distributions: distributionsOf(outcomes.flatMap((o) => (o.result === undefined ? [] : [o.result]))),
    report,
  };
}

/** Figures of a run by the words people read. */
function figuresByWord(result: RunResult): Record<string, number | null> {
  return Object.fromEntries(Object.entries(figuresOf(result)).map(([name, value]) => [FIGURES[name]!.about, value]));
}

function reasonOf(outcome: SeedOutcome): string {
  return outcome.error ?? outcome.result?.reasons.join('; ') ?? 'no result';
}

/** The one command that leads there again. */
function repeat(experiment: string, seed: number, words: readonly string[]): string {
  return commandOf(['run', experiment, '--sim', '--seed', String(seed)], words);
}

function distributionsOf(results: readonly RunResult[]): Many['distributions'] {
  const spreadOf = (read: (r: RunResult) => number | null): z.output<typeof spread> => {
    const values = results.map(read).filter((v) => v !== null);
    if (values.length === 0) return null;
    values.sort((a, b) => a - b);
    const at = (perMille: number): number => quantile(values, perMille)!;
    return { min: values[0]!, p50: at(500), p99: at(990), max: at(1000) };
  };
  return Object.fromEntries(Object.entries(FIGURES).map(([name, { read }]) => [name, spreadOf(read)]));
}

function seedsText(out: Many): string {
  return [
    `${out.passed} of ${out.passed + out.failed.length} seeds passed\n\n`,
    textTable(
      ['', 'least', 'median', '99 of 100', 'most'],
      Object.entries(out.distributions).map(([name, d]) => [
        name,
        d?.min ?? null,
        d?.p50 ?? null,
        d?.p99 ?? null,
        d?.max ?? null,
      ]),
    ),
    ...(out.failed.length === 0 ? [] : ['\n']),
    ...out.failed.map((f) => `seed ${f.seed}: ${f.reason}\n  again: ${f.repeat}\n`),
    `\nreport: ${out.report}\n`,
  ].join('');
}

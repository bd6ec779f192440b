import { plausibleValues, SETTING_NAMES, SETTINGS, type SettingName } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { readSet } from '../registry/parse-args.js';
import { verb, type PlannedRun, type RunOutcome, type VerbContext } from '../registry/verb.js';
import { FIGURES } from './figures.js';
import { commandOf } from './repeat.js';
import { compareRuns, EFFECTS, type Comparison } from './sensitivity-figures.js';
import { planFor, readChecked } from './start-run.js';
import { textTable } from './table.js';
import { readSeedRange, seedRange } from './seed-range.js';

const input = z.strictObject({
  experiment: z.string().describe('experiment file'),
  seeds: seedRange('1..5').default('1..3').describe('A..B: every value is tried with each of these seeds'),
  only: z.string().optional().describe('names of settings with commas between them, documented and own ones, too'),
});

const number = z.number().nullable();
const output = z.strictObject({
  experiment: z.string(),
  profile: z.string(),
  seeds: z.strictObject({ from: z.int(), to: z.int() }),
  runs: z.int(),
  base: z.strictObject({ verdicts: z.record(z.string(), z.int()), medians: z.record(z.string(), number) }),
  settings: z.array(
    z.strictObject({
      setting: z.string(),
      certainty: z.string(),
      fidelity: z.string(),
      here: z.string(),
      effect: z.enum(EFFECTS),
      values: z.array(
        z.strictObject({
          value: z.string(),
          effect: z.enum(EFFECTS),
          verdicts: z.record(z.string(), z.int()),
          flippedSeeds: z.array(z.int()),
          why: z.string().describe('the first reason of a verdict that is another; else empty'),
          moved: z.array(
            z.strictObject({
              figure: z.string(),
              base: number,
              here: number,
              changePercent: number.describe('null where there was nothing before'),
              beyondSeeds: z.boolean().describe('outside of what the seeds have without the change'),
            }),
          ),
          repeat: z.string(),
        }),
      ),
      refused: z.array(z.strictObject({ value: z.string(), why: z.string() })),
    }),
  ),
});
type Out = z.output<typeof output>;
type SettingRow = Out['settings'][number];

/** So many at most, so that nobody waits for a day by accident. */
const MOST_RUNS = 1_000;
const SAY_EVERY_MS = 10_000;

/** One value of one setting that is tried. */
interface Trial {
  readonly setting: SettingName;
  readonly value: string;
  readonly word: string;
}

export default verb({
  path: 'sensitivity',
  summary: 'which settings that nobody is sure of the verdict hangs on',
  about:
    'Conducts an experiment in the simulator again and again, each time with one setting changed: every setting that is ' +
    'recalled or inferred, over the values it may well have in a real fabric. Says which of them flip the verdict of a ' +
    'seed, and which move the median of a figure by more than 10 %. What none of them moves, the experiment does not ' +
    'touch. `beyond seeds` marks a median that no seed has without the change; others may be chance.',
  examples: [
    {
      command: 'rehearse sensitivity examples/experiments/kernel-panic.yaml',
      does: 'every recalled and inferred setting, with three seeds',
    },
    {
      command:
        'rehearse sensitivity examples/experiments/kernel-panic.yaml --seeds 1..10 --only dist.placement,dist.slots --set profile=lossless',
      does: 'two settings more closely',
    },
  ],
  positionals: ['experiment'],
  input,
  output,
  needs: 'nothing',
  effect: 'act',
  async handle({ experiment, seeds, only }, context): Promise<Out> {
    const { from, to } = readSeedRange(seeds);
    const checked = await readChecked(experiment);
    const plan = planFor(checked, context.set);
    const names = namesOf(only);
    const refused = new Map<string, { value: string; why: string }[]>();
    const trials: Trial[] = [];
    for (const setting of names) {
      for (const value of plausibleValues(setting)) {
        if (String(plan.settings[setting]) === value) continue;
        const trial = { setting, value, word: `${setting}=${value}` };
        const why = whyNot(() => planFor(checked, readSet([...context.set.words, trial.word])));
        if (why === undefined) trials.push(trial);
        else refused.set(setting, [...(refused.get(setting) ?? []), { value, why }]);
      }
    }
    const count = to - from + 1;
    const runs: PlannedRun[] = [undefined, ...trials].flatMap((trial) =>
      Array.from({ length: count }, (_, i) => ({ seed: from + i, set: trial === undefined ? [] : [trial.word] })),
    );
    if (runs.length > MOST_RUNS) {
      throw new LabError(
        'bad-input',
        `${trials.length} values with ${count} seeds each are ${runs.length} runs, and ${MOST_RUNS} are the most.`,
        'Name fewer seeds, or some settings: --only NAME,NAME.',
      );
    }
    const outcomes = await conducted(runs, experiment, context);
    const base = outcomes.slice(0, count);
    const compared = trials.map((trial, i) => ({
      trial,
      comparison: compareRuns(base, outcomes.slice((i + 1) * count, (i + 2) * count)),
    }));
    return {
      experiment,
      profile: plan.profile,
      seeds: { from, to },
      runs: runs.length,
      base: compareRuns(base, base).summary,
      settings: names.map((setting) => {
        const { certainty, fidelity } = SETTINGS[setting];
        const values = compared
          .filter((c) => c.trial.setting === setting)
          .map((c) => valueRow(c.trial, c.comparison, experiment, from, context));
        const effect = EFFECTS[Math.min(EFFECTS.length - 1, ...values.map((v) => EFFECTS.indexOf(v.effect)))]!;
        const here = String(plan.settings[setting]);
        return { setting, certainty, fidelity, here, effect, values, refused: refused.get(setting) ?? [] };
      }),
    };
  },
  render: (out: Out) => text(out),
});

function valueRow(
  { value, word }: Trial,
  { effect, summary, flipped, why, moved }: Comparison,
  experiment: string,
  firstSeed: number,
  context: VerbContext,
): SettingRow['values'][number] {
  const seed = String(flipped[0] ?? firstSeed);
  const repeat = commandOf(['run', experiment, '--sim', '--seed', seed], [...context.set.words, word]);
  return { value, effect, verdicts: summary.verdicts, flippedSeeds: flipped, why, moved, repeat };
}

/** What is swept: what nobody is sure of, or what is asked for. @throws LabError (bad input) */
function namesOf(only: string | undefined): SettingName[] {
  if (only === undefined) {
    return SETTING_NAMES.filter((name) => ['recalled', 'inferred'].includes(SETTINGS[name].certainty));
  }
  const asked = only.split(',').map((name) => name.trim());
  // Names them as `--set` would, with the nearest.
  readSet(asked.map((name) => `${name}=${String(SETTINGS[name as SettingName]?.vendor ?? '')}`));
  const without = asked.find((name) => plausibleValues(name as SettingName).length === 0);
  if (without !== undefined) {
    throw new LabError(
      'bad-input',
      `--only ${without}: no values are known that it may have in a real fabric.`,
      'Try values of your own: rehearse run EXPERIMENT --set NAME=VALUE.',
    );
  }
  return asked as SettingName[];
}

function whyNot(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
}

async function conducted(runs: readonly PlannedRun[], experiment: string, context: VerbContext): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  let saidAtMs = performance.now();
  let done = 0;
  context.say(`${runs.length} runs in the simulator`);
  const { set, runsFolder, services } = context;
  await services.runs({ experiment, runsFolder, set, runs }, (outcome) => {
    outcomes[outcome.index] = outcome;
    done++;
    if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = performance.now();
    context.say(`${done} of ${runs.length} runs`);
  });
  return outcomes;
}

const EFFECT_WORDS = {
  flips: 'FLIPS the verdict',
  moves: 'moves figures',
  little: 'moves figures a little',
  none: 'nothing',
} as const;

function text(out: Out): string {
  const said = out.settings.filter((s) => s.effect === 'flips' || s.effect === 'moves');
  const rows = said.flatMap((s) =>
    s.values
      .filter((v) => v.effect === 'flips' || v.effect === 'moves')
      .map((v) => [s.setting, s.certainty, s.here, v.value, EFFECT_WORDS[v.effect], whatText(v)]),
  );
  const names = (effect: SettingRow['effect']): string =>
    out.settings
      .filter((s) => s.effect === effect && s.values.length > 0)
      .map((s) => s.setting)
      .join(', ') || 'none';
  const flips = said.flatMap((s) => s.values.filter((v) => v.effect === 'flips'));
  const verdicts = Object.entries(out.base.verdicts)
    .map(([verdict, n]) => `${verdict} ${n}`)
    .join(', ');
  return [
    `${out.runs} runs; without a change: ${verdicts}\n\n`,
    rows.length === 0
      ? 'No setting flips the verdict or moves a figure by more than 10 %.\n'
      : textTable(['setting', 'certainty', 'here', 'tried', 'effect', 'what changes'], rows),
    `\nmoves figures by 10 % at most: ${names('little')}\n`,
    `moves nothing here: ${names('none')}\n`,
    ...out.settings.flatMap((s) => s.refused.map((r) => `not possible here: ${s.setting}=${r.value}: ${r.why}\n`)),
    ...flips.map((v) => `again: ${v.repeat}\n`),
  ].join('');
}

function whatText({ moved, why }: SettingRow['values'][number]): string {
  const figures = moved.map(
    (m) => `${FIGURES[m.figure]!.about}: ${m.base ?? '-'} -> ${m.here ?? '-'}${m.beyondSeeds ? ' (beyond seeds)' : ''}`,
  );
  return [...(why === '' ? [] : [why.length > 90 ? `${why.slice(0, 89)}…` : why]), ...figures].join('; ');
}

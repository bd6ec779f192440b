import { LabError } from '@rehearsal/lab-port/lab-error';
import { changesOf, checkStates, distributionOf, type StateCheck } from '@rehearsal/whatif';
import { z } from 'zod';
import { EXIT, verb, type ForkOriginal, type ForkOutcome, type VerbContext } from '../registry/verb.js';
import { sinceText } from '../time/moment-document.js';
import { MOMENT_WORDS } from '../time/read-moment.js';
import { lookAt, withRun } from '../time/recorded-run.js';
import { assertForkable, assertSameBuild, readSeeds, settingsFrom } from '../whatif/forkable.js';
import { FIGURES } from './figures.js';
import { textTable } from './table.js';
import { seedRange } from './seed-range.js';

const number = z.number().nullable();
const count = z.int().min(0);
const output = z.strictObject({
  run: z.string(),
  fabric: z.string(),
  profile: z.string(),
  experiment: z.string(),
  basis: z
    .strictObject({ connections: z.enum(['run again from the seed', 'rebuilt along the log']), words: z.string() })
    .describe('where the state at the fork comes from'),
  from: z.strictObject({ site: z.int(), seq: z.int(), atMs: z.number(), sinceStartMs: z.number() }),
  changes: z.array(
    z.strictObject({
      setting: z.string(),
      from: z.string(),
      to: z.string(),
      actsOn: z.string().describe("what it acts on; '' is everything from the fork on"),
    }),
  ),
  seeds: z.strictObject({
    from: z.int(),
    to: z.int(),
    own: z.int().nullable().describe('of the run itself; a run of real processes has none'),
  }),
  states: z
    .array(z.strictObject({ stream: z.string(), version: count, hash: z.string() }))
    .describe('of every stream at the fork: the state its machine folds, by the record and by every fork'),
  held: z
    .strictObject({
      open: count.describe('connections that members had reported as open at the fork, in the record'),
      alike: count.describe('of them: served by the same member for the same slot in the fork'),
      elsewhere: count.describe('of them: served by another'),
      missing: count.describe('of them: not open in the fork'),
      more: count.describe('open in the fork alone'),
      inStep: count.describe('open in the record, and a backup had acknowledged them'),
      inStepHere: count.describe('the same in the fork'),
    })
    .nullable()
    .describe("of a run of real processes, where its members' flow records were kept"),
  checked: count.describe('forks whose states at the fork were those of the record'),
  figures: z.record(
    z.string(),
    z.strictObject({ original: number, min: number, p50: number, p95: number, max: number, forks: count }),
  ),
  forks: z.array(
    z.strictObject({
      seed: z.int(),
      same: z.boolean().describe('its whole log and every connection is as recorded, byte for byte'),
      unexplained: count.describe('packets whose fate nobody can name'),
      figures: z.record(z.string(), number),
    }),
  ),
  failed: z.array(z.strictObject({ seed: z.int(), why: z.string() })),
});
type Out = z.output<typeof output>;

const WORDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(FIGURES).map(([name, { about }]) => [name, about])),
  timeToRedundancyMs: 'time to redundancy, ms',
  neverRedundant: 'losses not made up for',
};
/** First what is asked for most. */
const ORDER = ['connectionsLost', 'longestSilenceMs', 'timeToRedundancyMs'];
const SAY_EVERY_MS = 10_000;

export default verb({
  path: 'whatif',
  summary: 'fork a recorded run at a commit, with other settings and other chances, and compare',
  about:
    'Goes through a recorded run again in the simulator, up to a commit of its log; from there on with changed settings ' +
    '(--set), the same traffic, the steps of the method that are still to come, and the chances of each seed. A simulated ' +
    'run is run again from its seed, and its log has to come out as it is recorded, byte for byte. Of a run of real ' +
    'processes the recorded log is stored again, each commit at its time, with the same traffic and the same faults under ' +
    'it; the connections that come of it are held against what its members reported. The state of every machine at the ' +
    "fork is compared with the record's, hash for hash, in every fork. Figures stand beside those of the record: of the whole " +
    "run, so that what came before the fork is in all of them. A simulated run's own seed with nothing changed gives the " +
    'record again. Nothing is kept. See [whatif](../whatif.md).',
  examples: [
    {
      command: 'rehearse whatif latest --set ccp.deadMultiplier=10 --seeds 1..20',
      does: 'had members been given up later from the first fault on, by twenty chances',
    },
    {
      command: 'rehearse whatif latest --from 1:40 --set sync.delayMs=500 --json',
      does: 'the same chances, other copies from commit 40 on, for programs',
    },
    { command: 'rehearse whatif latest --seeds 1..50', does: 'how much of it was chance' },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().describe("id or folder of a run of an experiment, or 'latest'"),
    from: z.string().default('fault').describe(`the last moment they have in common: ${MOMENT_WORDS}`),
    seeds: seedRange('1..200')
      .optional()
      .describe("A..B: one fork a seed, two at a time; default: the run's own, or 1 where it has none"),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    const { point, folder, build, about } = await withRun(given.run, context, (run) => {
      const { head, times, folder } = run;
      assertForkable(head, folder);
      const settings = settingsFrom(head, context.set);
      const seeds = readSeeds(given.seeds, head.seed);
      const { states } = lookAt(run, given.from, '--from');
      if (states.seq === 0) {
        throw new LabError('bad-input', '--from: that is before the first commit.', 'Name a later moment.');
      }
      const from = {
        site: times.site,
        seq: states.seq,
        atMs: states.atMs,
        sinceStartMs: Math.round(states.atMs - head.startedAtMs),
      };
      const { fabric, profile } = head.plan;
      const changes = changesOf(head.settings, settings);
      const about = { run: run.name, fabric, profile, from, changes, seeds: { ...seeds, own: head.seed ?? null } };
      return { folder, build: head.build, about, point: { seq: states.seq, settings, ...seeds } };
    });
    const machines = await context.services.machines();
    assertSameBuild(folder, build, await machines.build());
    const original = await context.services.forkOriginal({ folder, seq: point.seq });
    const outcomes = await forked({ folder, ...point, runsFolder: context.runsFolder }, context);
    return { ...about, ...compared(original, outcomes) };
  },
  render: (out: Out) => text(out),
  exitCode: (out: Out) => (out.failed.length === 0 ? EXIT.ok : EXIT.deviated),
});

/** Forks of all seeds, by seed. @throws LabError (bad input) where the record cannot be gone through */
async function forked(
  request: Parameters<VerbContext['services']['forks']>[0],
  { services, say }: VerbContext,
): Promise<ForkOutcome[]> {
  const outcomes: ForkOutcome[] = [];
  const total = request.to - request.from + 1;
  let saidAtMs = performance.now();
  await services.forks(request, (outcome) => {
    outcomes.push(outcome);
    if (performance.now() - saidAtMs < SAY_EVERY_MS) return;
    saidAtMs = performance.now();
    say(`${outcomes.length} of ${total} forks`);
  });
  const bad = outcomes.find((o) => o.remedy !== undefined);
  if (bad !== undefined) throw new LabError('bad-input', bad.error!, bad.remedy!);
  return outcomes.sort((a, b) => a.seed - b.seed);
}

type Compared = Pick<Out, 'experiment' | 'basis' | 'states' | 'held' | 'checked' | 'figures' | 'forks' | 'failed'>;

function compared(original: ForkOriginal, outcomes: readonly ForkOutcome[]): Compared {
  const failed: Out['failed'] = [];
  const forks: Out['forks'] = [];
  let checked = 0;
  for (const { seed, figures, states, same, unexplained, error } of outcomes) {
    if (figures === undefined || states === undefined) {
      failed.push({ seed, why: error ?? 'no result' });
      continue;
    }
    const differs = checkStates(original.states, states).find((check) => !check.equal);
    if (differs !== undefined) {
      failed.push({ seed, why: differenceWords(differs) });
      continue;
    }
    checked++;
    forks.push({ seed, same: same === true, unexplained: unexplained ?? 0, figures: { ...figures } });
  }
  const names = [...ORDER, ...Object.keys(original.figures).filter((name) => !ORDER.includes(name))];
  return {
    experiment: original.experiment,
    ...basisOf(original, outcomes.find((o) => o.held !== undefined)?.held),
    states: original.states.map((mark) => ({ ...mark })),
    checked,
    figures: Object.fromEntries(
      names.map((name) => {
        const values = forks.map((fork) => fork.figures[name] ?? null);
        return [name, distributionOf(original.figures[name] ?? null, values)];
      }),
    ),
    forks,
    failed,
  };
}

/** Where the state at the fork comes from. */
function basisOf({ seed }: ForkOriginal, held: ForkOutcome['held']): Pick<Out, 'basis' | 'held'> {
  if (seed !== null) {
    const words = `Everything up to the fork was run again from seed ${seed}: the log came out as it is recorded, byte for byte.`;
    return { basis: { connections: 'run again from the seed', words }, held: null };
  }
  const words =
    'Up to the fork the recorded log was stored again, each commit at its time, byte for byte, with the same traffic and the same faults under it.';
  return { basis: { connections: 'rebuilt along the log', words: `${words} ${heldWords(held)}` }, held: held ?? null };
}

/** How near the connections of a fork are to those of the record. */
function heldWords(held: ForkOutcome['held']): string {
  if (held === undefined) return 'The record has no flow records to hold the connections against.';
  const { open, alike, elsewhere, missing, more, inStep, inStepHere } = held;
  if (open === 0 && more === 0) return 'No connection was open then.';
  return (
    `By its flow records ${open} connections were open then: ${alike} are at the same member and slot, ${elsewhere} elsewhere, ${missing} not open, and ${more} more are. ` +
    `Of ${inStep} a backup had the state, and has of ${inStepHere}.`
  );
}

function differenceWords({ stream, version, hash, forkVersion, forkHash }: StateCheck): string {
  return `the state of ${stream} at the fork is not the record's: version ${forkVersion} ${forkHash} instead of ${version} ${hash}`;
}

function text(out: Out): string {
  const { from, seeds, changes, states, checked, forks, failed } = out;
  const total = forks.length + failed.length;
  const same = forks.filter((fork) => fork.same).map((fork) => fork.seed);
  const strange = forks.filter((fork) => fork.unexplained > 0);
  return [
    `run ${out.run} (${out.experiment}, ${out.profile}), forked after commit ${from.site}:${from.seq}, ${sinceText(from.sinceStartMs)}\n`,
    ...(changes.length === 0 ? ['settings: as they were\n'] : changes.map(changeLine)),
    `seeds: ${seeds.from === seeds.to ? seeds.from : `${seeds.from} to ${seeds.to}`}${seeds.own === null ? '' : ` (the run's own is ${seeds.own})`}\n`,
    `${out.basis.words}\n\n`,
    `Machine state at the fork, the same as the record's in ${checked} of ${total} forks:\n`,
    textTable(
      ['stream', 'version', 'state (SHA-256)'],
      states.map((s) => [s.stream, s.version, s.hash]),
    ),
    '\n',
    textTable(
      ['', 'original', 'least', 'median', '95 of 100', 'most'],
      Object.entries(out.figures).map(([name, f]) => [WORDS[name] ?? name, f.original, f.min, f.p50, f.p95, f.max]),
    ),
    ...(same.length === 0 ? [] : [`\nthe record again, byte for byte: seed ${same.join(', ')}\n`]),
    ...(strange.length === 0 ? [] : ['\n']),
    ...strange.map((fork) => `seed ${fork.seed}: ${fork.unexplained} packets unexplained\n`),
    ...(failed.length === 0 ? [] : ['\n']),
    ...failed.map((f) => `seed ${f.seed}: ${f.why}\n`),
  ].join('');
}

function changeLine({ setting, from, to, actsOn }: Out['changes'][number]): string {
  return `${setting}: ${from} -> ${to}${actsOn === '' ? '' : ` (${actsOn})`}\n`;
}

import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { assessOnce, type AssessOutcome } from '../assess/assess-once.js';
import { casesOf, faultWords, readFaultWords, type AssessCase } from '../assess/cases.js';
import { placesOf } from '../assess/places.js';
import { readProcedure, type Procedure, type ProcedureWords } from '../assess/procedure.js';
import { EXIT, verb, type VerbContext } from '../registry/verb.js';
import { commandOf } from './repeat.js';
import { textTable } from './table.js';

const input = z.strictObject({
  file: z.string().describe('experiment or runbook'),
  fabric: z.string().optional().describe('of a runbook: fabric file; default: the one beside it'),
  members: z.int().min(2).max(8).default(4).describe('so many members of the fabric'),
  faults: z.int().min(0).max(1).default(1).describe('so many faults a run'),
  var: z.array(z.string()).default([]).describe('NAME=VALUE, for a placeholder of a runbook; may be repeated'),
  only: z.array(z.string()).default([]).describe('of a runbook: only these sections'),
  skip: z.array(z.string()).default([]).describe('of a runbook: not these sections'),
  repeat: z.string().optional().describe("only this one, as in 'panic member 1_02@17350'"),
});

const way = z.strictObject({
  index: z.int(),
  place: z.string(),
  fault: z.string(),
  outcome: z.enum(['done', 'stopped', 'not possible']),
  stops: z.array(z.string()),
  broken: z.array(z.strictObject({ rule: z.string(), why: z.string() })),
  repeat: z.string(),
});

const output = z.strictObject({
  procedure: z.string(),
  verdict: z.enum(['pass', 'fail']),
  places: z.int(),
  ways: z.array(way),
  /** Of the ways that break a rule. */
  broken: z.int(),
  tookMs: z.int(),
});
type Way = z.output<typeof way>;
type Out = z.output<typeof output>;
type Given = z.output<typeof input>;

const SAY_EVERY = 20;

export default verb({
  path: 'assess',
  summary: 'a procedure with one fault at each of its places, all of them, and which break a rule',
  about:
    'Goes through an experiment or a runbook once without a fault, and then again with one fault after each decision ' +
    'that moved it on, for everybody who can suffer it, and with both orders in which two members that are installed ' +
    'together may reboot. All in virtual time, under connection-level traffic, two runs at a time. An upgrade that ' +
    'stops is resumed once the fabric is well again. See [upgrades](../upgrades.md).',
  examples: [
    {
      command: 'rehearse assess examples/experiments/rolling-upgrade.yaml --set profile=lossless',
      does: 'every place where one fault may fall, and what comes of it',
    },
    {
      command: "rehearse assess examples/experiments/rolling-upgrade.yaml --repeat 'panic member 1_02@17350'",
      does: 'one of them again',
    },
  ],
  positionals: ['file'],
  input,
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const startMs = performance.now();
    const first = await baseOf(given, context);
    // A long runbook has connections open all the time; only who has gone through it knows how long that is.
    const lastsMs = Math.ceil(first.outcome.toMs - first.outcome.fromMs);
    const { procedure, outcome: base } =
      lastsMs > first.procedure.traffic.durationMs ? await baseOf(given, context, lastsMs) : first;
    const places = placesOf(base.commits ?? [], base.startMs, base.fromMs, base.toMs);
    const { settings } = procedure.plan;
    const rebootMs = (settings['upgrade.installSec'] + settings['upgrade.rebootSec'] + 2) * 1000;
    const cases = casesFor(given, procedure.plan, places, rebootMs);
    context.say(`${places.length} places, ${cases.length} ways to go`);
    const outcomes = await all(wordsOf(given, lastsMs), cases, context);
    const ways = cases.map((each) => wayOf(each, outcomes.get(each.index), given, context));
    const broken = ways.filter((w) => w.broken.length > 0).length;
    return {
      procedure: given.file,
      verdict: broken === 0 ? 'pass' : 'fail',
      places: places.length,
      ways,
      broken,
      tookMs: Math.round(performance.now() - startMs),
    };
  },
  render: assessText,
  exitCode: ({ verdict }) => (verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

const wordsOf = (given: Given, lastsMs?: number): ProcedureWords => {
  const { file, fabric, members, only, skip } = given;
  return { file, fabric, members, vars: given.var, only, skip, ...(lastsMs !== undefined && { lastsMs }) };
};

/** The procedure, gone through without a fault. @throws LabError where it does not come to its end */
async function baseOf(
  given: Given,
  { set, services, runsFolder: folder }: VerbContext,
  lastsMs?: number,
): Promise<{ readonly procedure: Procedure; readonly outcome: AssessOutcome }> {
  const procedure = await readProcedure(wordsOf(given, lastsMs), set);
  if (given.repeat !== undefined) readFaultWords(given.repeat, procedure.plan.roles);
  const bench = await services.bench();
  const work = { ...procedure, experiment: procedure.experiment(), bench, folder };
  const outcome = await assessOnce(work, { index: 0, place: '', faults: [] });
  if (outcome.finished) return { procedure, outcome };
  throw new LabError(
    'deviated',
    `Without a fault the procedure does not come to its end: ${outcome.stops.join('; ')}.`,
    'Mend it first: rehearse run or rehearse runbook shows where it stops.',
  );
}

function casesFor(
  { repeat, faults }: Given,
  plan: Parameters<typeof casesOf>[0],
  places: Parameters<typeof casesOf>[1],
  rebootMs: number,
): AssessCase[] {
  if (repeat === undefined) return casesOf(plan, places, faults, rebootMs);
  const fault = readFaultWords(repeat, plan.roles);
  return [{ index: 0, place: `${fault.atMs} ms after the start`, faults: [fault] }];
}

async function all(
  words: ProcedureWords,
  cases: readonly AssessCase[],
  { services, set, runsFolder, say }: VerbContext,
): Promise<ReadonlyMap<number, AssessOutcome>> {
  const outcomes = new Map<number, AssessOutcome>();
  await services.assess({ words, set, runsFolder, cases }, (outcome) => {
    outcomes.set(outcome.index, outcome);
    if (outcomes.size % SAY_EVERY === 0) say(`${outcomes.size} of ${cases.length}`);
  });
  return outcomes;
}

function wayOf(
  { index, place, faults }: AssessCase,
  outcome: AssessOutcome | undefined,
  given: Given,
  { set }: VerbContext,
): Way {
  const fault = faults.map(faultWords).join(', ');
  const named = given.fabric === undefined ? [] : ['--fabric', given.fabric];
  const again = faults.length === 0 ? ['--faults', '0'] : ['--repeat', fault];
  const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
  const chosen = [...each('--var', given.var), ...each('--only', given.only), ...each('--skip', given.skip)];
  const repeat = commandOf(
    ['assess', given.file, ...named, ...chosen, '--members', String(given.members), ...again],
    set.words,
  );
  const {
    broken = [{ rule: 'crashed', why: 'no outcome' }],
    stops = [],
    finished = false,
    impossible = false,
  } = outcome ?? {};
  const ended = impossible ? 'not possible' : finished ? 'done' : 'stopped';
  return { index, place, fault, outcome: ended, stops: [...stops], broken: [...broken], repeat };
}

function assessText({ ways, places, broken, tookMs, verdict }: Out): string {
  const rows = ways.map((w) => [
    w.fault === '' ? '-' : w.fault,
    w.place.length > 90 ? `${w.place.slice(0, 89)}…` : w.place,
    endedText(w),
    w.broken.length > 0 ? w.broken.map((b) => b.rule).join(', ') : '-',
  ]);
  const bad = ways.filter((w) => w.broken.length > 0);
  const resumed = ways.filter((w) => rulesOf(w).length > 0).length;
  const stopped = resumed > 0 ? `, ${resumed} stop on the way` : '';
  return [
    textTable(['fault', 'after', 'ended', 'broken'], rows),
    ...bad.map((w) => `${w.fault}: ${w.broken.map((b) => `${b.rule}: ${b.why}`).join('; ')}\n  again: ${w.repeat}\n`),
    `${verdict}: ${ways.length} ways at ${places} places, ${broken} break a rule${stopped}; ${Math.round(tookMs / 1000)} s\n`,
  ].join('\n');
}

/** `done; stopped for capacity`: where an upgrade stopped on its way and was resumed, for which rules. */
function endedText(way: Way): string {
  const rules = rulesOf(way);
  return rules.length === 0 ? way.outcome : `${way.outcome}; stopped for ${rules.join(', ')}`;
}

function rulesOf({ stops }: Way): string[] {
  return [...new Set(stops.flatMap((stop) => /^stopped \(([\w-]+)\)/.exec(stop)?.[1] ?? []))];
}

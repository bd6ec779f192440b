import { LabError } from '@rehearsal/lab-port/lab-error';
import { durationText } from '@rehearsal/report/words';
import { z } from 'zod';
import { EXIT, verb } from '../registry/verb.js';
import type { TimedRun } from '../window/time-once.js';
import { deferredIntervals } from '../window/deferred.js';
import { clockAt, readWindow, reducedCapacity, spreadOf, stepSpreads } from '../window/window.js';
import { readSeedRange, seedRange } from './seed-range.js';
import { textTable } from './table.js';

const input = z.strictObject({
  file: z.string().describe('experiment or runbook'),
  window: z.string().default('22:00-02:00').describe('the maintenance window'),
  seeds: seedRange('1..20').default('1..20').describe('A..B: one simulated run a seed, two at a time'),
  fabric: z.string().optional().describe('of a runbook: fabric file; default: the one beside it'),
  members: z.int().min(2).max(64).optional().describe('so many members of the fabric; default: all'),
  var: z.array(z.string()).default([]).describe('NAME=VALUE, for a placeholder of a runbook; may be repeated'),
});

const spread = { p50Ms: z.number(), p95Ms: z.number() };
const output = z.strictObject({
  procedure: z.string(),
  window: z.string(),
  runs: z.int(),
  steps: z.array(z.strictObject({ name: z.string(), ...spread })),
  total: z.strictObject(spread),
  /** Of all of it, once it is done; null where there is no way back. */
  back: z.strictObject(spread).nullable(),
  endsAt: z.string().describe('by the clock, in 95 of 100 runs'),
  fits: z.boolean(),
  /** By the clock: who begins to go back then is back when the window closes, in 95 of 100 runs. */
  lastMomentBack: z.string().nullable(),
  reduced: z.array(z.strictObject({ from: z.string(), to: z.string(), sharePercent: z.int() })),
  deferred: z
    .array(z.strictObject({ from: z.string(), to: z.string(), rules: z.array(z.string()) }))
    .describe('when connections of rules that are not critical do not begin'),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'window',
  summary: 'how long a procedure takes, step by step and over seeds, and whether it fits a maintenance window',
  about:
    'Goes through an experiment or a runbook once a seed, in virtual time and without traffic, and where an upgrade was ' +
    'done back again. Says when each step is over in half and in 95 of 100 runs, the last moment at which going back ' +
    'still fits, and when less than all of the group serves: ready to send to those concerned. Times are those of the ' +
    'settings; an experiment may have made them short.',
  examples: [
    {
      command:
        'rehearse window examples/experiments/rolling-upgrade.yaml --window 22:00-02:00 --set upgrade.installSec=300 --set upgrade.rebootSec=900',
      does: 'whether two groups can be upgraded in four hours',
    },
  ],
  positionals: ['file'],
  input,
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const window = readWindow(given.window);
    const { from, to } = readSeedRange(given.seeds);
    const { file, fabric, members } = given;
    const words = { file, fabric, members, vars: given.var, only: [], skip: [] };
    const runs: TimedRun[] = [];
    await context.services.times({ words, set: context.set, runsFolder: context.runsFolder, from, to }, (run) => {
      runs.push(run);
      context.say(`${runs.length} of ${to - from + 1} seeds`);
    });
    runs.sort((a, b) => a.seed - b.seed);
    const bad = runs.find((run) => run.error !== undefined);
    if (bad !== undefined) {
      throw new LabError('deviated', `Seed ${bad.seed} does not come to its end: ${bad.error}.`, 'Mend it first.');
    }
    const total = spreadOf(runs.map((run) => run.totalMs));
    const backs = runs.flatMap((run) => (run.backMs === null ? [] : [run.backMs]));
    const back = backs.length === 0 ? null : spreadOf(backs);
    const lastMs = back === null ? null : window.lengthMs - back.p95Ms;
    return {
      procedure: file,
      window: given.window,
      runs: runs.length,
      steps: stepSpreads(runs),
      total,
      back,
      endsAt: clockAt(window, total.p95Ms),
      fits: total.p95Ms <= window.lengthMs,
      lastMomentBack: lastMs === null || lastMs < 0 ? null : clockAt(window, Math.floor(lastMs / 1000) * 1000),
      reduced: reducedCapacity(runs).map(({ fromMs, toMs, sharePercent }) => ({
        from: clockAt(window, fromMs),
        to: clockAt(window, toMs),
        sharePercent,
      })),
      deferred: deferredIntervals(runs).map(({ fromMs, toMs, rules }) => ({
        from: clockAt(window, fromMs),
        to: clockAt(window, toMs),
        rules: [...rules],
      })),
    };
  },
  render: windowText,
  exitCode: ({ fits }) => (fits ? EXIT.ok : EXIT.deviated),
});

function windowText(out: Out): string {
  const rows = out.steps.map((s) => [s.name, durationText(s.p50Ms), durationText(s.p95Ms)]);
  const back =
    out.back === null
      ? 'way back: none that the lab knows\n'
      : `way back: ${durationText(out.back.p50Ms)} (95 of 100 within ${durationText(out.back.p95Ms)}); last moment to begin it: ${out.lastMomentBack ?? 'none, the window is too short'}\n`;
  return [
    textTable(['step', 'median', '95 of 100 within'], rows),
    `window ${out.window}: ends at ${out.endsAt} in 95 of 100 runs (median after ${durationText(out.total.p50Ms)}): ${out.fits ? 'it fits' : 'it does not fit'}\n${back}`,
    textTable(
      ['less than all serves from', 'to', 'of the group at least'],
      out.reduced.map((r) => [r.from, r.to, `${r.sharePercent} %`]),
    ),
    ...(out.deferred.length === 0
      ? []
      : [
          textTable(
            ['deferred from', 'to', 'new connections of'],
            out.deferred.map((d) => [d.from, d.to, d.rules.join(', ')]),
          ),
        ]),
  ].join('\n');
}

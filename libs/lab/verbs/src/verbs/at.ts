import {
  findRun,
  readRunHead,
  readRunLog,
  readRunMetrics,
  readRunNotes,
  readSamples,
  type RunHead,
} from '@rehearsal/experiment/run-folder';
import type { Sample, Samples } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { targetName } from '@rehearsal/lab-port/target';
import {
  carryOutCommand,
  hostName,
  readCommand,
  recordedView,
  type SampledMoment,
  type SampledRates,
} from '@rehearsal/operator';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { basisField, commandField } from './exec.js';
import { commandWords, hereIn, operatorOutput, renderOperator, writeBundle, type OperatorOutput } from './operate.js';

const TIME = /^(?:(fault|end)([+-])?)?(?:(\d+(?:\.\d+)?)(ms|s|m)?)?$/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;

/**
 * Reads `12.4s`, `1500ms`, `2m`, `fault+0.3s` or `end` as a moment of a run, in ms since the epoch.
 * @throws LabError (bad input)
 */
export function readMoment(text: string, head: Pick<RunHead, 'startedAtMs' | 'endedAtMs' | 'faults'>): number {
  const match = TIME.exec(text);
  const bad = (message: string): LabError =>
    new LabError('bad-input', `${message}, saw '${text}'.`, 'For example: 12.4s, 1500ms, fault+0.3s, or end.');
  if (match === null || text === '') throw bad('TIME: expected a time since the run began');
  const [, word, sign, number, unit] = match;
  if (word !== undefined && (sign === undefined) !== (number === undefined)) throw bad('TIME: expected a time');
  if (word === 'fault' && head.faults.length === 0) throw bad('TIME: this run had no fault');
  const from = word === 'fault' ? head.faults[0]!.atMs : word === 'end' ? head.endedAtMs : head.startedAtMs;
  const offset = Number(number ?? 0) * UNIT_MS[(unit as keyof typeof UNIT_MS | undefined) ?? 's'];
  const atMs = from + (sign === '-' ? -offset : offset);
  const lastedMs = Math.ceil(head.endedAtMs - head.startedAtMs);
  if (atMs < head.startedAtMs || atMs > head.startedAtMs + lastedMs) {
    throw bad(`TIME: expected a moment of the run, which lasted ${lastedMs / 1000} s`);
  }
  return atMs;
}

/** The last sample that is not later than the moment, and no older than samples are apart; null without one. */
export function sampledAt(recorded: Samples | null, atMs: number): SampledMoment | null {
  if (recorded === null) return null;
  const { everyMs, members, samples } = recorded;
  const index = samples.findLastIndex((sample) => sample.atMs <= atMs);
  const [row, before] = [samples[index], samples[index - 1]];
  if (row === undefined || atMs - row.atMs > everyMs * 2) return null;
  const connections = new Map<string, number>();
  const rates = new Map<string, SampledRates>();
  members.forEach((id, i) => {
    const own = row.connections[i] ?? null;
    if (own !== null) connections.set(id, own);
    if (before === undefined) return;
    const perSec = (counted: (sample: Sample) => readonly (number | null)[] | undefined): number | null =>
      ratePerSec(row, before, (sample) => counted(sample)?.[i] ?? null);
    const packetsPerSec = perSec((sample) => sample.judged);
    if (packetsPerSec === null) return;
    const bytesPerSec = perSec((sample) => sample.passedBytes);
    rates.set(id, {
      packetsPerSec: Math.round(packetsPerSec),
      bitsPerSec: wholeOrNull(bytesPerSec === null ? null : bytesPerSec * 8),
      connectionsPerSec: wholeOrNull(perSec((sample) => sample.opened)),
    });
  });
  return { connections, rates };
}

const wholeOrNull = (value: number | null): number | null => (value === null ? null : Math.round(value));

/** How fast a counter grew from one sample to the next; null where it was not known, or began anew. */
function ratePerSec(now: Sample, before: Sample, read: (sample: Sample) => number | null): number | null {
  const [to, from, ms] = [read(now), read(before), now.atMs - before.atMs];
  return to === null || from === null || to < from || ms <= 0 ? null : ((to - from) * 1000) / ms;
}

export default verb({
  path: 'at',
  summary: "one of the vendor's commands, at any moment of a finished run",
  about:
    "The same layouts as `exec`, from the run's log as it was at that moment, and from its series where it has one. " +
    'What only processes knew then, and nobody wrote down, is shown as not available; what they counted at the end of ' +
    'the run is shown at its end. See [operator](../operator.md).',
  examples: [
    { command: 'rehearse at latest 12.4s -- asg stat -v', does: 'the Security Group, 12.4 s after the run began' },
    { command: 'rehearse at latest fault+0.3s -- cphaprob state', does: '0.3 s after the first fault' },
    { command: 'rehearse at latest end -- cphaprob show_failover', does: 'all failovers of the run' },
    { command: 'rehearse at latest end --target 1_03 -- cphaprob list', does: 'as member 1_03 would have shown it' },
  ],
  positionals: ['run', 'time'],
  tail: 'command',
  input: z.strictObject({
    run: z.string().describe("id or folder of a run, or 'latest'"),
    time: z.string().describe('12.4s, 1500ms or 2m since it began, fault+0.3s since the first fault, or end'),
    command: commandField,
    target: z.string().optional().describe("where it is typed: 1_03, or 'mho 1_1'; default: the SMO of that moment"),
    basis: basisField,
  }),
  output: operatorOutput,
  needs: 'run',
  effect: 'read',
  async handle({ run, time, command, target, basis }, context): Promise<OperatorOutput> {
    const folder = findRun(run, context.runsFolder);
    const head = readRunHead(folder);
    const atMs = readMoment(time, head);
    const atEnd = atMs >= Math.floor(head.endedAtMs);
    const view = recordedView({
      plan: head.plan,
      run: head.runId,
      startedAtMs: head.startedAtMs,
      atMs,
      log: readRunLog(folder),
      notes: readRunNotes(folder),
      sampled: sampledAt(readSamples(folder), atMs),
      metrics: atEnd ? readRunMetrics(folder) : null,
    });
    const targets = head.plan.roles.map(({ role, id }) => ({ role, id }));
    const here = hereIn(target === undefined ? [] : target.split(' '), targets, view.group.smo);
    const words = commandWords(command);
    const answers = {};
    const { page, bundle } = carryOutCommand(readCommand(words, here.role), { view, here, found: null, answers });
    return {
      fabric: view.fabric,
      run: view.run,
      atMs,
      at: targetName(here),
      host: here.role === 'member' ? hostName(view, here.id) : `MHO-${here.id}`,
      command: words.join(' '),
      lines: [...page],
      bundle: bundle === undefined ? null : writeBundle(context.runsFolder, view, bundle),
      basis,
    };
  },
  render: renderOperator,
});

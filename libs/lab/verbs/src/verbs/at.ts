import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRun, readRunHead, type RunHead } from '@rehearsal/experiment';
import { LabError, targetName, type Metric, type Note } from '@rehearsal/lab-port';
import { carryOutCommand, hostName, readCommand, recordedView, type SampledMoment } from '@rehearsal/operator';
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

const linesOf = (folder: string, name: string): string[] => {
  try {
    return readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    throw new LabError(
      'bad-input',
      `${folder} has no ${name}: ${(error as Error).message}.`,
      'Name a run of this version: rehearse run EXPERIMENT.',
    );
  }
};

/** The first line of a run's series, and those after it, as far as they are read here. */
interface SeriesHead {
  readonly everyMs: number;
  readonly members: readonly string[];
}
interface SeriesRow {
  readonly atMs: number;
  readonly judged: readonly (number | null)[];
  readonly connections: readonly (number | null)[];
}

/** The last sample that is not later than the moment, and no older than samples are apart; null without one. */
export function sampledAt(lines: readonly string[], atMs: number): SampledMoment | null {
  const [first, ...rest] = lines;
  if (first === undefined) return null;
  const { everyMs, members } = JSON.parse(first) as SeriesHead;
  const rows = rest.map((line) => JSON.parse(line) as SeriesRow);
  const index = rows.findLastIndex((row) => row.atMs <= atMs);
  const [row, before] = [rows[index], rows[index - 1]];
  if (row === undefined || atMs - row.atMs > everyMs * 2) return null;
  const connections = new Map<string, number>();
  const packetsPerSec = new Map<string, number>();
  members.forEach((id, i) => {
    const own = row.connections[i] ?? null;
    if (own !== null) connections.set(id, own);
    const [now, then] = [row.judged[i] ?? null, before?.judged[i] ?? null];
    if (now === null || then === null || before === undefined || now < then || row.atMs <= before.atMs) return;
    packetsPerSec.set(id, Math.round(((now - then) * 1000) / (row.atMs - before.atMs)));
  });
  return { connections, packetsPerSec };
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
      log: linesOf(folder, 'log.jsonl'),
      notes: linesOf(folder, 'notes.jsonl').map((line) => JSON.parse(line) as Note),
      sampled: existsSync(join(folder, 'samples.jsonl')) ? sampledAt(linesOf(folder, 'samples.jsonl'), atMs) : null,
      metrics: atEnd ? (JSON.parse(linesOf(folder, 'metrics.json').join('\n')) as Metric[]) : null,
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

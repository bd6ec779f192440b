import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { findRun, firstSeqOf, readRunHead, readRunLog } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { counted, reasonOf } from '@rehearsal/lab-port/plain-words';
import { cloudEventOf } from '@rehearsal/replay';
import { z } from 'zod';
import { csvOf } from '../export/csv.js';
import { TABLES } from '../export/tables.js';
import { verb } from '../registry/verb.js';
import { shortPath } from './table.js';

const input = z.strictObject({
  run: z.string().default('latest').describe('id or path of a run, or latest'),
  format: z
    .enum(['cloudevents', 'csv'])
    .default('cloudevents')
    .describe('cloudevents: a line of JSON a decision; csv: a row each, with a head'),
  what: z.enum(['decisions', 'connections', 'packets']).default('decisions').describe('csv: what its rows are'),
  to: z.string().optional().describe('a file, which is replaced; default: standard output'),
});
const output = z.strictObject({
  run: z.string(),
  format: z.enum(['cloudevents', 'csv']),
  rows: z.int().min(0),
  to: z.string().nullable(),
  text: z.string().nullable().describe('what was exported; null where it is in a file'),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'export',
  summary: "a run's decisions, connections or losses for other tools",
  about:
    'CloudEvents 1.0, one JSON document a line and a commit: `data` is the commit byte for byte, `source` names fabric, ' +
    "run and site, `id` is stream and version, and the extension `sequence` is the commit's place in the site's log. CSV " +
    'as in RFC 4180, with times in UTC.',
  examples: [
    { command: 'rehearse export latest', does: 'every decision of the last run' },
    { command: 'rehearse export latest --format csv --to decisions.csv', does: 'the same as a table, in a file' },
    { command: 'rehearse export latest --format csv --what connections', does: 'the ledger, a row a connection' },
  ],
  positionals: ['run'],
  input,
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    const folder = findRun(given.run, context.runsFolder);
    const { rows, text } = exported(folder, given);
    if (given.to !== undefined) write(resolve(context.cwd ?? process.cwd(), given.to), text);
    const to = given.to ?? null;
    return { run: folder, format: given.format, rows, to, text: to === null ? text : null };
  },
  render: ({ text, rows, to }: Out, cwd) => text ?? `${counted(rows, 'row')} in ${shortPath(resolve(cwd, to!), cwd)}\n`,
});

function exported(folder: string, { format, what }: z.output<typeof input>): { rows: number; text: string } {
  if (format === 'csv') {
    const { head, rows } = TABLES[what](folder);
    return { rows: rows.length, text: csvOf(head, rows) };
  }
  if (what !== 'decisions') {
    throw new LabError('bad-input', `CloudEvents are of decisions, saw --what ${what}.`, 'For a table: --format csv.');
  }
  const head = readRunHead(folder);
  const firstSeq = firstSeqOf(head);
  const encoder = new TextEncoder();
  // In the log of a simulated run stands its seed alone; its folder is named after all that made it.
  const place = { fabric: head.plan.fabric, run: basename(resolve(folder)), site: head.plan.site };
  const lines = readRunLog(folder).map((line, i) => cloudEventOf(encoder.encode(line), firstSeq + i, place));
  return { rows: lines.length, text: lines.map((line) => `${line}\n`).join('') };
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new LabError('environment', `${path} cannot be written: ${reasonOf(error)}.`, 'Name another file with --to.');
  }
}

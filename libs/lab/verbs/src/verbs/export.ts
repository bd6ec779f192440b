import { writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { findRun, firstSeqOf, readRunHead, readRunLog } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { counted, reasonOf } from '@rehearsal/lab-port/plain-words';
import { cloudEventOf } from '@rehearsal/replay';
import { z } from 'zod';
import { csvOf } from '../export/csv.js';
import { packetCounts, packetsAsPcapng, type PacketCounts } from '../export/packets.js';
import { TABLES } from '../export/tables.js';
import { verb } from '../registry/verb.js';
import { countsText, shortPath, textTable } from './table.js';

const input = z.strictObject({
  run: z.string().default('latest').describe('id or path of a run, or latest'),
  format: z
    .enum(['cloudevents', 'csv', 'pcapng'])
    .default('cloudevents')
    .describe('cloudevents: a line of JSON a decision; csv: a row each, with a head; pcapng: captured packets'),
  what: z
    .enum(['decisions', 'connections', 'packets', 'flows'])
    .default('decisions')
    .describe('csv: what its rows are'),
  payload: z.boolean().default(false).describe('pcapng: keeps packets whole, not their headers alone'),
  to: z
    .string()
    .optional()
    .describe(
      'a file, which is replaced; default: standard output, for pcapng packets.pcapng in the folder of the run',
    ),
});
const output = z.strictObject({
  run: z.string(),
  format: z.enum(['cloudevents', 'csv', 'pcapng']),
  rows: z.int().min(0),
  to: z.string().nullable(),
  text: z.string().nullable().describe('what was exported; null where it is in a file'),
  captured: packetCounts.optional().describe('pcapng: what became of the packets'),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'export',
  summary: "a run's decisions, connections, losses or packets for other tools",
  about:
    'CloudEvents 1.0, one JSON document a line and a commit: `data` is the commit byte for byte, `source` names fabric, ' +
    "run and site, `id` is stream and version, and the extension `sequence` is the commit's place in the site's log. CSV " +
    'as in RFC 4180, with times in UTC. pcapng is for runs with --capture-packets: an interface a member, ' +
    'one called outside for packets that never reached one, and a comment a packet saying what happened to it.',
  examples: [
    { command: 'rehearse export latest', does: 'every decision of the last run' },
    { command: 'rehearse export latest --format csv --to decisions.csv', does: 'the same as a table, in a file' },
    { command: 'rehearse export latest --format csv --what connections', does: 'the ledger, a row a connection' },
    { command: 'rehearse export latest --format csv --what flows', does: 'what members reported of connections' },
    {
      command: 'rehearse export latest --format pcapng --to packets.pcapng',
      does: 'its packets, for tshark and Wireshark',
    },
  ],
  positionals: ['run'],
  input,
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    const folder = findRun(given.run, context.runsFolder);
    if (given.format === 'pcapng') return exportPackets(folder, given, context.cwd ?? process.cwd());
    if (given.payload) {
      throw new LabError('bad-input', '--payload is of packets.', 'Export those: --format pcapng.');
    }
    const { rows, text } = exported(folder, given);
    if (given.to !== undefined) write(resolve(context.cwd ?? process.cwd(), given.to), text);
    const to = given.to ?? null;
    return { run: folder, format: given.format, rows, to, text: to === null ? text : null };
  },
  render({ text, rows, to, captured }: Out, cwd) {
    if (text !== null) return text;
    const where = shortPath(resolve(cwd, to!), cwd);
    return captured === undefined ? `${counted(rows, 'row')} in ${where}\n` : packetsText(captured, where);
  },
});

/** Packets are no text: they go into a file. */
function exportPackets(folder: string, { what, payload, to }: z.output<typeof input>, cwd: string): Out {
  if (what !== 'decisions') {
    throw new LabError('bad-input', `pcapng is of packets, saw --what ${what}.`, 'For a table: --format csv.');
  }
  const { bytes, counts } = packetsAsPcapng(folder, { payload });
  const path = to ?? join(folder, 'packets.pcapng');
  write(resolve(cwd, path), bytes);
  const rows = counts.packets + counts.copies + counts.late;
  return { run: folder, format: 'pcapng', rows, to: path, text: null, captured: counts };
}

function packetsText(captured: PacketCounts, where: string): string {
  const { packets, delivered, dropped, lost, unexplained, copies, late, interfaces, shortOf } = captured;
  const table = textTable(
    ['interface', 'packets'],
    Object.entries(interfaces).map(([name, count]) => [name, count]),
  );
  return [
    `${counted(packets, 'packet')} in ${where}: delivered ${delivered}, dropped ${countsText(dropped, '0')}, `,
    `lost ${countsText(lost, '0')}, unexplained ${unexplained}`,
    ...(copies + late > 0 ? [`; copies ${copies}, late ${late}`] : []),
    `\n\n${table}`,
    ...shortOf.map((line) => `\n${line}\n`),
  ].join('');
}

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

function write(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch (error) {
    throw new LabError('environment', `${path} cannot be written: ${reasonOf(error)}.`, 'Name another file with --to.');
  }
}

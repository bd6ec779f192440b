import {
  checkLosses,
  findRun,
  readLosses,
  readRunHead,
  type LostConnection,
  type RunLosses,
} from '@rehearsal/experiment/run-folder';
import { lastWords, recordsById, type FlowBook } from '@rehearsal/flows';
import { z } from 'zod';
import { memberNames, readFlows } from '../flows/read-flows.js';
import { EXIT, verb } from '../registry/verb.js';
import { textTable } from './table.js';

const count = z.int().min(0);
const text = z.string().nullable();
const outcome = z.enum(['unstarted', 'open', 'done', 'reset', 'gave_up']);
const kind = z.enum(['dropped', 'lost', 'unexplained']);
const packetRow = z.strictObject({
  kind,
  reason: z.string(),
  connection: count,
  tuple: z.string(),
  service: z.string(),
  side: z.enum(['inside', 'outside']),
  via: z.string(),
  slot: z.int().nullable(),
  member: text,
  sentMs: z.int(),
  judgedMs: z.int().nullable(),
});
const output = z.strictObject({
  run: z.string(),
  verdict: z.enum(['pass', 'fail']),
  problems: z.array(z.string()).describe('what does not add up to the ledger'),
  packets: z.strictObject({
    totals: z.array(z.strictObject({ kind, reason: z.string(), packets: count, listed: count })),
    truncated: z.boolean(),
    rows: z.array(packetRow),
  }),
  connections: z.strictObject({
    totals: z.array(z.strictObject({ outcome, cause: z.string(), fault: text, connections: count })),
    truncated: z.boolean(),
    listed: z.array(
      z.strictObject({
        id: count,
        tuple: z.string(),
        service: z.string(),
        outcome,
        cause: z.string(),
        alsoWithoutFaults: z.boolean(),
        fault: text,
        faultAtMs: z.number().nullable(),
        member: text,
        slot: z.int().nullable(),
        reported: z
          .strictObject({ records: count, member: z.string(), text: z.string() })
          .nullable()
          .describe('the last that a member said of it; null where none said anything'),
      }),
    ),
  }),
  reported: z
    .strictObject({
      records: count.describe('flow records that were kept'),
      leftOut: count.describe('that had no room at their member'),
      gone: count.describe('that had to make room for later ones'),
      lost: z
        .strictObject({ reported: count, unreported: count })
        .describe('of the listed connections that did not end well, those that a member had said something of'),
    })
    .nullable()
    .describe('what members reported of connections; null where the run kept none'),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'losses',
  summary: 'by cause, what did not end well in a run: every packet and every connection',
  about:
    'Lists the packets that were dropped or lost and the connections that came to a bad end, by cause and fault, and ' +
    'checks that they add up to the ledger. Sums are always complete; of very many packets of one reason only the first ' +
    "are listed one by one, and the list says so. `member` is the one that served the packet's slot when it was sent. " +
    'Exit code 1 says that the sums and the ledger differ.',
  examples: [
    { command: 'rehearse losses latest', does: 'what the last run lost, by cause' },
    { command: 'rehearse losses latest --reason dead_window --rows 50', does: 'the first fifty packets of one reason' },
    { command: 'rehearse losses latest --json', does: 'all of it' },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().default('latest').describe('id or path of a run, or latest'),
    reason: z.string().optional().describe('only packets of this reason and connections of this cause'),
    rows: z.int().min(0).max(1_000_000).optional().describe('at most so many rows of each list; text shows 40 of them'),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle({ run, reason, rows }, context): Promise<Out> {
    const folder = findRun(run, context.runsFolder);
    const { losses, packets, ledger } = readLosses(folder);
    const book = readFlows(folder);
    const said = lastSaid(folder, book, losses.connections.listed);
    const problems = checkLosses(losses, packets, ledger);
    const cut = <T>(list: readonly T[]): T[] => list.slice(0, rows ?? list.length);
    return {
      run: folder,
      verdict: problems.length === 0 ? 'pass' : 'fail',
      problems,
      packets: {
        ...copied(losses.packets),
        rows: cut(packets.filter((p) => reason === undefined || p.reason === reason)),
      },
      connections: {
        ...copied(losses.connections),
        listed: cut(losses.connections.listed.filter((c) => reason === undefined || c.cause === reason)).map((c) => ({
          ...c,
          reported: said.get(c.id) ?? null,
        })),
      },
      reported: book === undefined ? null : summaryOf(book, losses.connections.listed.length, said.size),
    };
  },
  render: (out: Out) => render(out),
  exitCode: (out: Out) => (out.verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

interface Said {
  readonly records: number;
  readonly member: string;
  readonly text: string;
}

/** The last that members said of each connection, by connection; those that nobody said anything of are left out. */
function lastSaid(folder: string, book: FlowBook | undefined, listed: readonly LostConnection[]): Map<number, Said> {
  const said = new Map<number, Said>();
  if (book === undefined || listed.length === 0) return said;
  const name = memberNames(readRunHead(folder).plan);
  for (const [id, records] of recordsById(book, listed)) {
    const last = lastWords(records, name);
    if (last !== undefined) said.set(id, { records: records.length, ...last });
  }
  return said;
}

function summaryOf(book: FlowBook, listed: number, reported: number): NonNullable<Out['reported']> {
  const lives = book.reported();
  const sum = (of: 'leftOut' | 'gone'): number => lives.reduce((n, life) => n + life[of], 0);
  const lost = { reported, unreported: listed - reported };
  return { records: book.records, leftOut: sum('leftOut'), gone: sum('gone'), lost };
}

function copied<T extends RunLosses['packets'] | RunLosses['connections']>(
  part: T,
): Omit<T, 'totals'> & { totals: T['totals'][number][] } {
  return { ...part, totals: [...part.totals] };
}

const ROWS_AS_TEXT = 40;
/** Of packets, of each reason. */
const PACKETS_AS_TEXT = 5;

function render(out: Out): string {
  const { packets, connections } = out;
  const shown = ROWS_AS_TEXT;
  const none = '  none\n';
  const first = <T>(list: readonly T[], of: number): string =>
    list.length > shown || of > list.length ? `the first ${Math.min(shown, list.length)} of ${of}:\n` : '';
  const packetsInAll = packets.totals.reduce((n, t) => n + t.packets, 0);
  const connectionsInAll = connections.totals.reduce((n, t) => n + t.connections, 0);
  return [
    `packets that did not come out: ${packetsInAll}\n`,
    packets.totals.length === 0
      ? none
      : textTable(
          ['', 'reason', 'packets', 'listed'],
          packets.totals.map((t) => [t.kind, t.reason, t.packets, t.listed]),
        ),
    packets.truncated ? 'not all are listed one by one; the sums are complete\n' : '',
    `\nconnections that did not end well: ${connectionsInAll}\n`,
    connections.totals.length === 0
      ? none
      : textTable(
          ['', 'cause', 'fault', 'connections'],
          connections.totals.map((t) => [t.outcome, t.cause, t.fault, t.connections]),
        ),
    connections.truncated ? 'not all are listed one by one; the sums are complete\n' : '',
    connections.listed.length === 0 ? '' : `\n${first(connections.listed, connectionsInAll)}`,
    connections.listed.length === 0
      ? ''
      : textTable(
          ['connection', 'service', 'outcome', 'cause', 'member', 'fault', 'last reported'],
          connections.listed
            .slice(0, shown)
            .map((c) => [c.tuple, c.service, c.outcome, c.cause, c.member, c.fault, saidText(c.reported)]),
        ),
    reportedText(out),
    packets.rows.length === 0
      ? ''
      : `\nthe first ${PACKETS_AS_TEXT} packets of each reason; --json has all that are listed:\n`,
    packets.rows.length === 0
      ? ''
      : textTable(
          ['packet of', 'from', 'via', 'slot', 'member', 'sent at ms', 'reason'],
          firstOfEach(packets.rows).map((p) => [p.tuple, p.side, p.via, p.slot, p.member, p.sentMs, p.reason]),
        ),
    out.problems.length === 0 ? '\nall of it adds up to the ledger\n' : `\n${out.problems.join('\n')}\n`,
  ].join('');
}

const saidText = (said: Said | null): string => (said === null ? '' : `${said.member}: ${said.text}`);

function reportedText({ reported, connections }: Out): string {
  if (reported === null) return '';
  const { records, leftOut, gone, lost } = reported;
  const missing = leftOut + gone === 0 ? '' : `, ${leftOut} had no room and ${gone} had to make room`;
  const of =
    connections.listed.length === 0
      ? ''
      : `; of the connections above ${lost.unreported} had not been reported by anybody`;
  return `\nmembers reported ${records} flow records${missing}${of}\n`;
}

/** Some of each reason, what a failure took first. */
function firstOfEach(rows: Out['packets']['rows']): Out['packets']['rows'] {
  const kinds = ['unexplained', 'lost', 'dropped'];
  const shown = new Map<string, Out['packets']['rows']>();
  for (const row of rows) {
    const of = shown.get(row.reason) ?? [];
    shown.set(row.reason, of);
    if (of.length < PACKETS_AS_TEXT) of.push(row);
  }
  return [...shown.values()].flat().sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

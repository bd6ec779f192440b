import { z } from 'zod';
import { verb, type DossierReport } from '../registry/verb.js';
import { textTable } from './table.js';

const count = z.int().min(0);
const byReason = z.record(z.string(), count);
const storyLine = z.strictObject({
  atMs: z.int().describe('ms since the epoch'),
  kind: z.enum(['begins', 'held', 'copied', 'member', 'decided', 'fault', 'packets', 'followed', 'ends']),
  place: z.string().describe('of a decision its commit, of packets where they came in, of a report its member'),
  text: z.string(),
});
const output = z.strictObject({
  run: z.string(),
  startedAtMs: z.number(),
  areAllListed: z.boolean().describe('whether the run lists every packet that did not come out one by one'),
  connections: z.array(
    z.strictObject({
      id: count,
      tuple: z.string(),
      service: z.string(),
      outcome: z.enum(['unstarted', 'open', 'done', 'reset', 'gave_up']),
      home: z.int().nullable().describe('the slot it is held in; null where its ends do not say'),
      otherSlots: z.array(z.int()).describe('slots that packets of it come in by as well'),
      cause: z.string().nullable().describe('why it did not end well'),
      fault: z.string().nullable(),
      alsoWithoutFaults: z.boolean(),
      packets: z.strictObject({
        sent: count,
        delivered: count,
        dropped: byReason,
        lost: byReason,
        unexplained: count,
        duplicated: count,
        resent: count,
      }),
      reported: z
        .array(
          z.strictObject({
            atMs: z.number().describe("ms since the epoch, by the member's clock"),
            member: z.string(),
            kind: z.string(),
            version: count.describe('of the slot table that it had folded'),
            slot: count,
            peer: z.string().nullable(),
            reason: z.string().nullable(),
            packets: z.tuple([count, count]).describe("the initiator's, the responder's, in all"),
            bytes: z.tuple([count, count]).describe('of what this member let pass'),
            corrected: count.describe('packets that other members handed on'),
            text: z.string(),
          }),
        )
        .nullable()
        .describe('what members reported of it; null where the run kept none'),
      story: z.array(storyLine),
    }),
  ),
});

export default verb({
  path: 'dossier',
  summary: "one connection's whole story, with the decisions that touched its slots",
  about:
    'Tells from the ledger of the outside world, the log, the policy and what members reported: when a connection began, ' +
    'the slots it was held in and who served them, how it was copied, when its backup had it and who took it over, every ' +
    'decision that changed who held those slots while it lived, what was done to the fabric meanwhile, which of its packets did not come out and why, and how it ended. Who is named first ' +
    'does not matter, and the ends may be those before or after translation; without a port an address stands for all ' +
    "of its connections, up to twenty. The outside world's clock and the log's differ by some ms.",
  examples: [
    { command: 'rehearse dossier 10.1.5.187:32768 198.18.0.17:443', does: 'a connection of the last run' },
    { command: 'rehearse dossier latest 10.1.5.187:32768 198.18.0.17:443 tcp', does: 'the same, with its protocol' },
    {
      command: 'rehearse describe conn latest 10.1.5.187 198.18.0.17 --json',
      does: 'all between two hosts, for programs',
    },
  ],
  positionals: ['connection'],
  input: z.strictObject({
    connection: z
      .array(z.string())
      .min(1)
      .describe(
        'a run (default: latest), then SRC:PORT DST:PORT and perhaps the protocol: tcp, udp, icmp, or its number',
      ),
  }),
  output,
  needs: 'run',
  effect: 'read',
  handle: ({ connection }, { services, runsFolder }) => services.dossier({ words: connection, runsFolder }),
  render: (out: DossierReport) => out.connections.map((c) => render(c, out)).join('\n'),
});

function render(
  connection: DossierReport['connections'][number],
  { startedAtMs, areAllListed }: DossierReport,
): string {
  const { id, tuple, service, cause, fault, alsoWithoutFaults, packets, story } = connection;
  const time = (atMs: number): string => `+${((atMs - startedAtMs) / 1000).toFixed(3)}s`;
  const end =
    cause === null
      ? 'came to a good end'
      : `did not end well: ${cause}${fault === null ? '' : `, ${fault}`}${alsoWithoutFaults ? ' (without faults, too)' : ''}`;
  const { sent, delivered, dropped, lost, unexplained, duplicated, resent } = packets;
  const others = Object.entries({ ...dropped, ...lost, unexplained, duplicated, resent }).filter(([, n]) => n > 0);
  const rest = others.map(([name, n]) => `, ${n} ${name}`).join('');
  const listed =
    areAllListed || sent === delivered ? '' : 'Of very many packets of one reason only the first are listed.\n';
  return [
    `connection ${id}: ${tuple} (${service}) ${end}\n`,
    `packets: ${sent} sent, ${delivered} delivered${rest}\n`,
    listed,
    textTable(
      ['', '', '', ''],
      story.map(({ atMs, kind, place, text }) => [time(atMs), kind, place, text]),
    ),
  ].join('');
}

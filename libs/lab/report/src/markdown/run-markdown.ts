import type { Basis } from '../figures/basis.js';
import type { Window } from '../figures/windows.js';
import type { RunData } from '../run-data.js';
import { codeBlock, escapeMarkdown as esc, markdownTable } from '../text/markdown-text.js';
import { countsText, durationText, numberText } from '../text/numbers.js';
import { basisLines } from './basis-lines.js';

const ms = (value: number | null): string => (value === null ? '–' : durationText(value));

/** A run in short. */
export function runMarkdown(run: RunData, basis: Basis, windows: readonly Window[]): string {
  const { result } = run;
  const { packets } = result.ledger;
  const where = run.world === 'simulated' ? `simulated, seed ${run.seed ?? '–'}` : 'real processes';
  return [
    `# ${esc(run.title)}`,
    esc(run.description),
    `**${result.verdict}**${result.reasons.length === 0 ? '' : `: ${result.reasons.map(esc).join('; ')}`}`,
    ...result.knownIssues.map(({ what, members }) => `Known of what ${members.join(', ')} ran: ${esc(what)}`),
    `Fabric ${esc(run.fabric)}, profile ${run.profile}, ${where}; run ${esc(run.runId)}.`,
    '## The ledger',
    markdownTable(
      ['', '', ''],
      [
        ['packets sent', numberText(packets.sent), ''],
        ['delivered', numberText(packets.delivered), ''],
        ['dropped', total(packets.dropped), countsText(packets.dropped, '')],
        ['lost', total(packets.lost), countsText(packets.lost, '')],
        ['unexplained', numberText(result.ledger.unexplained), ''],
        ['connections opened', numberText(result.connections.opened), ''],
        ['affected', numberText(result.connections.affected), ''],
        ['kept', numberText(result.connections.kept), ''],
        ['lost', numberText(result.connections.lost), countsText(result.connections.lostByCause, '')],
        ['loss detected after', ms(result.failover.detectedMs), ''],
        ['loss decided after', ms(result.failover.committedMs), ''],
        ['first packet after', ms(result.failover.firstPacketMs), ''],
        [
          'silence',
          ms(result.failover.silenceMs.p50),
          `median; 99 of 100 ${ms(result.failover.silenceMs.p99)}, longest ${ms(result.failover.silenceMs.max)}`,
        ],
      ],
    ),
    '## Faults and recoveries',
    windows.length === 0
      ? 'There were none.'
      : markdownTable(
          ['', '', 'took'],
          windows.map((w) => [
            w.kind,
            w.text,
            w.open ? `not over after ${durationText(w.toMs - w.fromMs)}` : durationText(w.toMs - w.fromMs),
          ]),
        ),
    '## Losses by cause',
    run.losses.packets.length + run.losses.connections.length === 0
      ? 'Everything ended well.'
      : markdownTable(
          ['', 'cause', 'fault', 'number'],
          [
            ...run.losses.packets.map((t) => [`packets ${t.kind}`, t.reason, '', numberText(t.packets)]),
            ...run.losses.connections.map((t) => [
              `connections ${t.outcome}`,
              t.cause,
              t.fault ?? '',
              numberText(t.connections),
            ]),
          ],
        ),
    ...basisLines(basis),
    '## Again, and closer',
    ...run.commands.flatMap((c) => [`${esc(c.does)}:`, codeBlock(c.command)]),
    '',
  ].join('\n\n');
}

function total(counts: Readonly<Record<string, number>>): string {
  return numberText(Object.values(counts).reduce((a, b) => a + b, 0));
}

import type { DecisionLine } from '../figures/decisions.js';
import type { RunData } from '../run-data.js';
import { markup, type Html, type Piece } from '../text/html.js';
import { countsText, durationText, numberText } from '../text/numbers.js';
import { table, tile } from './page.js';

const n = { isNumber: true } as const;
const ms = (value: number | null): string => (value === null ? '–' : durationText(value));
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** The verdict, why, and the figures to remember. */
export function headSection(run: RunData, basis: string): Html {
  const { result } = run;
  const { ledger, connections, failover } = result;
  const why =
    result.reasons.length === 0
      ? markup`Nothing is unexplained, the experiment's budget is kept, and the fabric was well again afterwards.`
      : markup`${result.reasons.map((r, i) => [i === 0 ? '' : '; ', r])}.`;
  const where = run.world === 'simulated' ? `simulated, seed ${run.seed ?? '–'}` : 'real processes';
  return markup`<h1>${run.title}</h1>
    <p class="about">${run.description}</p>
    <div class="verdict ${result.verdict}"><strong>${result.verdict}</strong><span>${why}</span></div>
    ${result.knownIssues.map(({ what, members }) => markup`<p>Known of what ${members.join(', ')} ran: ${what}</p>`)}
    <p class="soft">
      Fabric ${run.fabric}, profile ${run.profile}, ${where}; run ${run.runId}. It rests on ${basis} settings: see
      <a href="#basis">what the verdict rests on</a>.
    </p>
    <div class="tiles">
      ${tile(numberText(ledger.packets.sent), 'packets sent')}
      ${tile(numberText(sum(ledger.packets.lost)), 'packets lost')}
      ${tile(numberText(ledger.unexplained), 'unexplained')}
      ${tile(`${numberText(connections.kept)} of ${numberText(connections.affected)}`, 'affected connections kept')}
      ${tile(ms(failover.committedMs), 'from fault to decision')} ${tile(ms(failover.silenceMs.max), 'longest silence')}
    </div>`;
}

/** Every packet and every connection, accounted for. */
export function ledgerSection(run: RunData): Html {
  const { ledger, connections, prediction, failover } = run.result;
  const { packets, correction } = ledger;
  const { latency } = run.ledger;
  const us = (value: number): string => durationText(value / 1000);
  const packetRows: Piece[][] = [
    ['sent', numberText(packets.sent), ''],
    ['delivered', numberText(packets.delivered), ''],
    ['dropped', numberText(sum(packets.dropped)), countsText(packets.dropped, '')],
    ['lost', numberText(sum(packets.lost)), countsText(packets.lost, '')],
    ['unexplained', numberText(ledger.unexplained), 'neither delivered nor named by anyone'],
    ['sent again by endpoints', numberText(run.ledger.resent), ''],
    [
      'out twice, out of order, damaged',
      `${numberText(run.ledger.duplicated)}, ${numberText(run.ledger.reordered)}, ${numberText(run.ledger.corrupted)}`,
      '',
    ],
    [
      'corrected in the site',
      numberText(correction.packets),
      correction.packets === 0 ? '' : `${correction.perMille / 10} %, median ${us(correction.extraP50Us)} longer`,
    ],
    ['time in the fabric', us(latency.p50Us), `99 of 100 within ${us(latency.p99Us)}, longest ${us(latency.maxUs)}`],
  ];
  const connectionRows: Piece[][] = [
    ['opened', numberText(connections.opened), ''],
    ['affected by a loss', numberText(connections.affected), 'the member that held them was lost while they were open'],
    [
      'of these kept',
      numberText(connections.kept),
      `${numberText(failover.connectionsMoved)} went on at another member`,
    ],
    ['of these lost', numberText(connections.lost), countsText(connections.lostByCause, '')],
    ['without a copy by policy', numberText(prediction.predictedLost), countsText(prediction.predictedByCause, '')],
    ['measured to have lost their state', numberText(prediction.measuredLost), ''],
  ];
  const failoverRows: Piece[][] = [
    ['loss detected after', ms(failover.detectedMs), ''],
    ['loss decided after', ms(failover.committedMs), ''],
    ['first packet of an affected connection after', ms(failover.firstPacketMs), ''],
    [
      'silence of affected connections',
      ms(failover.silenceMs.p50),
      `median; 99 of 100 ${ms(failover.silenceMs.p99)}, longest ${ms(failover.silenceMs.max)}`,
    ],
  ];
  return markup`<h2>The ledger</h2>
    ${table([{ name: 'packets' }, { name: '', ...n }, { name: '' }], packetRows, { kind: 'account' })}
    ${table([{ name: 'connections' }, { name: '', ...n }, { name: '' }], connectionRows, { kind: 'account' })}
    ${table([{ name: 'failover' }, { name: '', ...n }, { name: '' }], failoverRows, { kind: 'account' })}`;
}

/** What did not end well, by cause. */
export function lossesSection({ losses }: RunData): Html {
  const packets = losses.packets;
  const connections = losses.connections;
  return markup`<h2>Losses by cause</h2>
    ${
      packets.length === 0
        ? markup`<p>No packet was dropped or lost.</p>`
        : table(
            [{ name: 'packets' }, { name: 'reason' }, { name: 'number', ...n }],
            packets.map((t) => [t.kind, t.reason, numberText(t.packets)]),
          )
    }
    ${
      connections.length === 0
        ? markup`<p>Every connection ended well.</p>`
        : table(
            [{ name: 'connections' }, { name: 'cause' }, { name: 'fault' }, { name: 'number', ...n }],
            connections.map((t) => [t.outcome.replace('_', ' '), t.cause, t.fault ?? '–', numberText(t.connections)]),
          )
    }`;
}

/** What the experiment did and looked at. */
export function stepsSection({ steps }: RunData, zeroMs: number): Html | null {
  if (steps.length === 0) return null;
  const rows = steps.map((s) => [
    at(s.atMs, zeroMs),
    s.type,
    s.name,
    durationText(s.tookMs),
    markup`<span class="mood ${s.went === 'well' ? 'good' : 'bad'}">${s.outcome}</span>`,
  ]);
  return markup`<h2>What was done</h2>
    ${table([{ name: 'at', ...n }, { name: '' }, { name: 'step' }, { name: 'took', ...n }, { name: 'outcome' }], rows)}`;
}

/** Every decision, in words. */
export function decisionList(lines: readonly DecisionLine[], total: number, zeroMs: number): Html {
  const rows = lines.map((d) => [
    d.toMs > d.fromMs ? markup`${at(d.fromMs, zeroMs)} to ${at(d.toMs, zeroMs)}` : at(d.fromMs, zeroMs),
    d.lane,
    markup`<span class="mood ${d.mood}">${d.text}</span
      >${d.count > 1 ? markup` <span class="soft">and ${numberText(d.count - 1)} more like it</span>` : null}`,
    markup`<code>${d.place}</code>`,
  ]);
  const says =
    lines.length < total
      ? `${numberText(total)} decisions and faults in ${numberText(lines.length)} lines: alike ones that follow one another closely share one.`
      : `All ${numberText(total)} decisions and faults.`;
  return markup`<h3>In words</h3>
    <p class="soft">${says} Seconds count from when traffic began; the last column is the place in the log.</p>
    <div class="scroll" tabindex="0">
      ${table([{ name: 'seconds', ...n }, { name: '' }, { name: '' }, { name: 'log' }], rows, { id: 'decisions' })}
    </div>`;
}

export function commandsSection(commands: RunData['commands']): Html {
  return markup`<h2>Again, and closer</h2>
    ${commands.map(
      (c) =>
        markup`<p>${c.does}:</p>
          <pre>${c.command}</pre>`,
    )}`;
}

/** Seconds since traffic began. */
export function at(ms: number, zeroMs: number): string {
  return ((ms - zeroMs) / 1000).toFixed(3).replace('-', '−');
}

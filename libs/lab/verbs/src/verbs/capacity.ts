import { existsSync, statSync } from 'node:fs';
import { findRun } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { EXIT, verb, type CapacityReport, type Situation } from '../registry/verb.js';
import { textTable } from './table.js';

const whole = z.int().min(0);
const situation = z.strictObject({
  lost: z.array(z.string()),
  members: z.array(
    z.strictObject({
      member: z.string(),
      slots: whole,
      sharePerMille: whole,
      duePerMille: whole,
      packetsPerSec: whole,
      connections: whole,
      exposedConnections: whole,
    }),
  ),
  busiest: z.strictObject({ member: z.string(), packetsPerSec: whole }).nullable(),
  connectionsLost: whole,
  connectionsExposed: whole,
});
const output = z.strictObject({
  source: z.string(),
  profile: z.string(),
  limitPacketsPerSec: whole.nullable(),
  nPlusOne: z.boolean(),
  now: situation,
  afterOne: situation.nullable(),
  afterTwoAtOnce: situation.nullable(),
  afterTwoLater: situation.nullable(),
  secondFailure: z.array(
    z.strictObject({ first: z.string(), connectionsLostAtOnce: whole, connectionsLostLater: whole }),
  ),
});

export default verb({
  path: 'capacity',
  summary: 'headroom of a group now, after one loss, and after two',
  about:
    'Takes the slot table a run ended with and the load its ledger measured, by slot, and lets the machine that decides ' +
    'such things lose members: each of them, and each two of them. Shown is the worst of each: who carries how much, ' +
    'and how many connections would be lost, for a second failure before copies are made again (at once) and after. A ' +
    'fabric file is brought up in the simulator under its own traffic first. Exit code 1 where one loss is too much.',
  examples: [
    { command: 'rehearse capacity latest', does: 'of the last run' },
    {
      command: 'rehearse capacity examples/fabrics/single-site.fabric.yaml',
      does: 'of a fabric under its own traffic',
    },
    { command: 'rehearse capacity latest --limit 2000', does: 'where a member carries 2000 packets a second' },
  ],
  positionals: ['source'],
  input: z.strictObject({
    source: z.string().default('latest').describe('a run (id, path or latest), or a fabric file'),
    limit: z.int().min(1).optional().describe('packets a second that one member carries'),
  }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle(given, context): Promise<CapacityReport> {
    const { source } = given;
    const isFile = existsSync(source) && statSync(source).isFile() && !source.endsWith('run.json');
    return context.services.capacity({
      ...(isFile ? { fabric: source } : { run: findRun(source, context.runsFolder) }),
      limitPacketsPerSec: given.limit ?? null,
      set: context.set,
    });
  },
  render: (out: CapacityReport) => textOf(out),
  exitCode: (out: CapacityReport) => (out.nPlusOne ? EXIT.ok : EXIT.deviated),
});

function textOf(out: CapacityReport): string {
  const { now, afterOne, afterTwoAtOnce, afterTwoLater } = out;
  const parts = [
    `now\n${tableOf(now, out)}`,
    ...[
      ['after the worst loss', afterOne],
      ['after the worst two at once', afterTwoAtOnce],
      ['after the worst two, one after the other', afterTwoLater],
    ].map(([title, s]) =>
      s === null ? `${title as string}: nobody is left\n` : partOf(title as string, s as Situation, out),
    ),
    textTable(
      ['first lost', 'a second at once loses', 'a second later loses'],
      out.secondFailure.map((f) => [f.first, f.connectionsLostAtOnce, f.connectionsLostLater]),
    ),
    `N+1: ${out.nPlusOne ? 'yes' : 'no'}\n`,
  ];
  return parts.join('\n');
}

function partOf(title: string, situation: Situation, out: CapacityReport): string {
  const { lost, connectionsLost, connectionsExposed, members } = situation;
  const head = `${title} (${lost.join(', ')}): ${connectionsLost} connections lost, ${connectionsExposed} without a backup`;
  return members.length === 0 ? `${head}; nobody is left\n` : `${head}\n${tableOf(situation, out)}`;
}

function tableOf(situation: Situation, { limitPacketsPerSec: limit, now }: CapacityReport): string {
  const before = new Map(now.members.map((m) => [m.member, m.packetsPerSec]));
  return textTable(
    [
      'member',
      'slots',
      'share',
      'due',
      'packets/s',
      limit === null ? 'of before' : 'of limit',
      'connections',
      'exposed',
    ],
    situation.members.map((m) => {
      const whole = limit ?? before.get(m.member) ?? 0;
      const part = whole === 0 ? null : `${Math.round((m.packetsPerSec * 100) / whole)} %`;
      const { member, slots, packetsPerSec, connections, exposedConnections } = m;
      return [
        member,
        slots,
        perCent(m.sharePerMille),
        perCent(m.duePerMille),
        packetsPerSec,
        part,
        connections,
        exposedConnections,
      ];
    }),
  );
}

function perCent(perMille: number): string {
  return `${(perMille / 10).toFixed(1)} %`;
}

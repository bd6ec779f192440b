import type { CommandReply } from '@rehearsal/kernel';
import { LabError, type Lab, type Target } from '@rehearsal/lab-port';
import { z } from 'zod';
import { deferralText } from '../verbs/deferral-text.js';
import { textTable } from '../verbs/table.js';

const CONDUCTOR: Target = { role: 'upgrade-conductor', id: '1' };

const software = z.strictObject({ release: z.string(), take: z.int() });

/** By service, what became of connections that were opened to ask; and of the one that is kept open. */
const probed = z.object({
  asked: z
    .array(
      z.object({
        service: z.string(),
        asked: z.int(),
        answered: z.int(),
        slowestMs: z.int(),
        unansweredAt: z.array(z.string()),
        reason: z.string(),
      }),
    )
    .optional(),
  flow: z.object({ service: z.string(), openMs: z.int(), silentMs: z.int(), reason: z.string() }).optional(),
});

/** What the upgrade conductor says of an upgrade and of the software of all appliances. */
export const upgradeStatus = z.object({
  upgrade: z.object({
    status: z.string(),
    /** Place of the present step, from 0. */
    step: z.int(),
    steps: z.array(z.object({ kind: z.string(), of: z.array(z.string()) })),
    stopped: z.strictObject({ rule: z.string(), reason: z.string(), remedy: z.string() }).nullable(),
    /** Share of the group that serves, in percent. */
    share: z.int(),
    rollback: z.boolean(),
    /** What the gate has seen last that the upgrade stands at, or stopped at. */
    probe: probed.optional(),
  }),
  /** Rules of the policy whose connections do not begin just now; absent of a fabric whose policy defers nothing. */
  deferred: z.array(z.string()).optional(),
  appliances: z.array(
    z.object({
      id: z.string(),
      role: z.string(),
      runs: software,
      boots: software,
      work: z.string(),
      failure: z.string(),
      mvc: z.boolean(),
      serial: z.string(),
    }),
  ),
  packages: z.array(z.object({ file: z.string(), kind: z.string(), release: z.string(), take: z.int() })),
});
export type UpgradeStatusOutput = z.output<typeof upgradeStatus>;

/** What the conductor of a lab says. @throws LabError where there is none, or it does not answer */
export async function conductorOf(lab: Lab): Promise<unknown> {
  if (!lab.targets.some((t) => t.role === 'upgrade-conductor')) {
    throw new LabError(
      'bad-input',
      'Nothing can be installed in this fabric: it has no upgrade conductor.',
      'Name what may be installed under packages in the fabric file.',
    );
  }
  const reply = await lab.command(CONDUCTOR, { name: 'status' });
  if (reply.ok) return reply.body;
  throw new LabError(
    'environment',
    `The upgrade conductor does not answer: ${reply.reason}.`,
    'Wait until it is back.',
  );
}

/** Gives the conductor a command. @throws LabError (bad input) with its reason where it refuses */
export async function tellConductor(lab: Lab, name: string, args: Readonly<Record<string, unknown>>): Promise<void> {
  const told = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const reply: CommandReply = await lab.command(CONDUCTOR, { name, args: told });
  if (reply.ok) return;
  throw new LabError(
    'bad-input',
    `The upgrade conductor refuses: ${reply.reason.replace(/\.$/, '')}.`,
    'See rehearse upgrade status for how the group is.',
  );
}

export function softwareText({ release, take }: z.output<typeof software>): string {
  return `${release} take ${take}`;
}

export function upgradeText({ upgrade, appliances, deferred = [] }: UpgradeStatusOutput): string {
  const { status, step, steps, stopped, share, rollback } = upgrade;
  const now = steps[step];
  const where =
    now === undefined ? '' : `, step ${step + 1} of ${steps.length}: ${now.kind} ${now.of.join(', ')}`.trimEnd();
  const isUnderWay = status === 'running' || status === 'paused' || status === 'stopped';
  const head = `${rollback ? 'rollback' : 'upgrade'} ${status}${isUnderWay ? where : ''}; ${share} % of the group serve\n`;
  const why = stopped === null ? '' : `stopped (${stopped.rule}): ${stopped.reason}\n${stopped.remedy}\n`;
  const rows = appliances.map(({ id, role, runs, boots, work, failure }) => [
    `${role} ${id}`,
    softwareText(runs),
    runs.release === boots.release && runs.take === boots.take ? '' : `boots ${softwareText(boots)}`,
    work === 'none' ? '' : work,
    failure,
  ]);
  const probes = isUnderWay ? probedText(upgrade.probe) : '';
  return `${head}${deferralText(deferred)}${why}${probes}${textTable(['appliance', 'runs', 'next', 'work', 'failure'], rows)}`;
}

/** How the probes of a gate stand, service by service; nothing where none were sent. */
function probedText(probe: UpgradeStatusOutput['upgrade']['probe']): string {
  if (probe?.asked === undefined) return '';
  const rows = probe.asked.map(({ service, asked, answered, slowestMs, unansweredAt, reason }) => {
    return [
      service,
      `${answered} of ${asked}`,
      answered === 0 ? '' : `${slowestMs} ms`,
      unansweredAt.join(', '),
      reason,
    ];
  });
  const { flow } = probe;
  if (flow !== undefined) {
    const silence = flow.silentMs < 1000 ? 'yes' : `silent for ${seconds(flow.silentMs)}`;
    rows.push([`${flow.service}, open for ${seconds(flow.openMs)}`, silence, '', '', flow.reason]);
  }
  return textTable(['probe', 'answered', 'slowest', 'not at', 'why'], rows);
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

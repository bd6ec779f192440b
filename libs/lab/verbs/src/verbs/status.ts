import { deferredRules } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { deferralText } from './deferral-text.js';
import { labOf, nameField } from './lab-fields.js';
import { processRows, rowsOf, rowsText } from './status-text.js';

const flow = z.strictObject({
  state: z.enum(['running', 'stopped']),
  packetsPerSec: z.number(),
  connections: z.int(),
  sent: z.int(),
  delivered: z.int(),
});
const output = z.strictObject({
  name: z.string(),
  run: z.string(),
  fabric: z.string(),
  profile: z.string(),
  world: z.string(),
  atMs: z.number(),
  ...processRows,
  /** Rules of the policy whose connections do not begin just now, since the group is below full capacity. */
  deferred: z.array(z.string()),
  /** Of a fabric that stays up; null where it ends with its run. */
  standing: z
    .strictObject({
      folder: z.string(),
      ready: z.boolean(),
      flow: flow.nullable(),
      /** Where its metrics are; null where it serves none. */
      metrics: z.string().nullable(),
    })
    .nullable(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'status',
  summary: 'a running fabric, member by member',
  about: 'Asks a fabric that runs now, in whichever process. The process numbers are those a kill takes.',
  examples: [
    { command: 'rehearse status', does: 'a table of all processes' },
    { command: 'rehearse status --name branch --json', does: 'the same of fabric branch, for programs' },
  ],
  positionals: [],
  input: z.strictObject({ name: nameField }),
  output,
  needs: 'lab',
  effect: 'read',
  async handle(_given, context): Promise<Out> {
    const { lab, name, run, standing, metricsUrl } = labOf(context);
    const s = await lab.status();
    const flow = standing === undefined ? undefined : await standing.traffic.now().catch(() => null);
    return {
      name,
      run,
      fabric: s.fabric,
      profile: s.profile,
      world: lab.world,
      atMs: s.atMs,
      ...rowsOf(s),
      deferred: [...deferredRules(s)],
      standing:
        standing === undefined
          ? null
          : { folder: standing.folder, ready: standing.isReady, flow: flow ?? null, metrics: metricsUrl ?? null },
    };
  },
  render(out: Out) {
    const named = out.name === out.fabric ? '' : ` as ${out.name}`;
    const { flow: flows, metrics } = out.standing ?? {};
    const isComing = out.standing?.ready === false ? ', coming up' : '';
    return [
      `fabric ${out.fabric}${named} (${out.profile}), run ${out.run}, bus ${out.bus}${isComing}\n\n`,
      rowsText(out),
      deferralText(out.deferred),
      ...(flows === undefined || flows === null ? [] : ['\n', flowText(flows)]),
      ...(typeof metrics === 'string' ? [`metrics: ${metrics}\n`] : []),
    ].join('');
  },
});

/** What flows, in a line. */
export function flowText({ state, packetsPerSec, connections, sent, delivered }: z.output<typeof flow>): string {
  const now = state === 'stopped' ? 'no traffic' : `traffic at ${packetsPerSec} packets/s, ${connections} connections`;
  return `${now}; ${sent} packets sent, ${delivered} delivered\n`;
}

import { LabError, type Lab, type Target } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';

const COMMANDS = { out: 'assign', in: 'detach' } as const;

const input = z.strictObject({
  direction: z.enum(['out', 'in']).describe('out: a spare joins the group; in: one that was a spare leaves it again'),
  member: z
    .string()
    .regex(/^[1-9]\d*_\d{2,}$/, 'expected a member id, as in 1_05')
    .optional()
    .describe('which one; default: out the first that is in no group, in the last that was assigned'),
  why: z.string().min(1).max(200).optional().describe('the reason, for who reads the log'),
  name: nameField,
});
const output = z.strictObject({ direction: z.enum(['out', 'in']), member: z.string(), by: z.string() });

export default verb({
  path: 'scale',
  summary: 'assign a spare appliance to the group, or take one out again',
  about:
    'Spares are named in the fabric file. One that is assigned takes the image of the single management object where it ' +
    'has another, reboots, pulls policy and configuration, is brought in step, and is given its slots. One that leaves ' +
    'hands its slots over first. See [upgrades](../upgrades.md#auto-scaling).',
  examples: [
    { command: 'rehearse scale out', does: 'the first spare joins the group' },
    { command: 'rehearse scale out 1_06 --why upgrades', does: 'this one, and why stands in the log' },
    { command: 'rehearse scale in', does: 'the one that was assigned last is drained, and detached' },
  ],
  positionals: ['direction', 'member'],
  input,
  output,
  needs: 'lab',
  effect: 'act',
  async handle({ direction, name: _name, ...given }, context) {
    const { lab, beforeFault } = labOf(context);
    const spares = lab.plan.securityGroup.spares ?? [];
    if (spares.length === 0) {
      throw new LabError(
        'bad-input',
        'This fabric has no spare appliances.',
        'Name some under spares in the fabric file.',
      );
    }
    const orchestrator = await whoAnswers(lab);
    await beforeFault(`scale ${direction}`);
    const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const reply = await lab.command(orchestrator, { name: COMMANDS[direction], args });
    if (!reply.ok) {
      const remedy = 'See rehearse status for who is in the group.';
      throw new LabError('bad-input', `The group refuses: ${reply.reason}.`, remedy);
    }
    return { direction, member: (reply.body as { readonly member: string }).member, by: orchestrator.id };
  },
  render: ({ direction, member }) =>
    direction === 'out' ? `${member} is assigned to the group\n` : `${member} leaves the group\n`,
});

/** An orchestrator that answers. @throws LabError (environment) where there is none */
async function whoAnswers(lab: Lab): Promise<Target> {
  const { orchestrators } = await lab.status();
  const up = orchestrators.find((o) => o.process === 'running' && o.state !== 'unreachable');
  if (up !== undefined) return { role: 'orchestrator', id: up.id };
  throw new LabError('environment', 'No orchestrator answers, and they assign appliances.', 'Wait until one is back.');
}

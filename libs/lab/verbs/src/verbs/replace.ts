import { findTarget, LabError, targetName } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { conductorOf, softwareText, tellConductor, upgradeStatus } from '../upgrade/status.js';
import { labOf, nameField } from './lab-fields.js';

const input = z.strictObject({
  member: z.string().describe('the member whose appliance has failed, as in 1_03'),
  serial: z
    .string()
    .regex(/^[A-Z0-9-]{1,32}$/, 'expected capital letters, digits and "-"')
    .optional()
    .describe('serial number of the new one; default: one of the lab'),
  release: z
    .string()
    .regex(/^R\d{2}(\.\d{1,2})*$/, 'expected a release, as in R81.20')
    .optional()
    .describe('what it was delivered with; default: the release of the fabric file'),
  take: z.int().min(0).max(9999).optional().describe('and the take of its jumbo; default: setting factory.take'),
  why: z.string().min(1).max(200).optional().describe('the reason, for who reads the log'),
  name: nameField,
});
const software = z.strictObject({ release: z.string(), take: z.int() });
const output = z.strictObject({ member: z.string(), was: z.string(), serial: z.string(), software });

export default verb({
  path: 'replace',
  summary: 'put a new appliance in the place of a member that has failed',
  about:
    'The new one has another serial number, the software that it was delivered with, and no policy, configuration or ' +
    'snapshot. While image cloning is on it takes the image of the single management object and reboots; then it pulls ' +
    'policy and configuration, is brought in step, and serves. See [upgrades](../upgrades.md#replacing-an-appliance).',
  examples: [
    { command: 'rehearse replace 1_03', does: 'another appliance comes in the place of 1_03, which is dead' },
    {
      command: 'rehearse replace 1_03 --serial LR2025-0417 --release R81.10 --take 79',
      does: 'one with this number, delivered with that software',
    },
  ],
  positionals: ['member'],
  input,
  output,
  needs: 'lab',
  effect: 'act',
  async handle({ member, name: _name, ...given }, context) {
    const { lab, beforeFault } = labOf(context);
    const before = upgradeStatus.parse(await conductorOf(lab));
    const target = findTarget(member, lab.targets);
    if (target.role !== 'member') {
      const known = lab.targets.filter((t) => t.role === 'member').map((t) => t.id);
      const what = `The ${targetName(target)} is no member, and only members are replaced.`;
      throw new LabError('bad-input', what, `Name one of: ${known.join(', ')}.`);
    }
    await beforeFault(`replace ${targetName(target)}`);
    const process = (await lab.status()).members.find((m) => m.id === target.id)?.process;
    await tellConductor(lab, 'replace', { appliance: target.id, lives: process !== 'dead', ...given });
    const after = upgradeStatus.parse(await conductorOf(lab));
    await lab.restart(target);
    const of = ({ appliances }: typeof after): (typeof appliances)[number] =>
      appliances.find((a) => a.id === target.id)!;
    return { member: target.id, was: of(before).serial, serial: of(after).serial, software: of(after).boots };
  },
  render: ({ member, was, serial, software: boots }) =>
    `member ${member}: ${serial} in the place of ${was}; it boots ${softwareText(boots)}\n`,
});

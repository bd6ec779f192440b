import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { conductorOf, tellConductor, upgradeStatus, upgradeText } from '../upgrade/status.js';
import { readWindow, WINDOW } from '../window/window.js';
import { labOf, nameField } from './lab-fields.js';

const ACTIONS = ['start', 'status', 'pause', 'resume', 'abort', 'rollback'] as const;

const input = z
  .strictObject({
    action: z.enum(ACTIONS).describe('what to do'),
    package: z.string().optional().describe('start: name of the package file, as the vendor names them'),
    method: z
      .enum(['zero-downtime', 'minimum-downtime'])
      .optional()
      .describe('start: zero-downtime keeps connections, minimum-downtime drops them at one switch'),
    order: z
      .string()
      .optional()
      .describe(
        'start: upgrade groups in their order, as in B,A, or sites for all of a site together; default: the last group first',
      ),
    canary: z.string().optional().describe('start: a member that goes first, alone'),
    orchestrators: z
      .enum(['first', 'last'])
      .optional()
      .describe('start: upgrades the orchestrators too, before or after the members; default: not'),
    capacityFloorPercent: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('start: stops where less of the group serves; default: setting upgrade.capacityFloorPercent'),
    mayLoseBackups: z
      .boolean()
      .optional()
      .describe('start: also where one member is left, whose connections have no copy'),
    probes: z
      .string()
      .regex(/^[a-z0-9-]+(,[a-z0-9-]+)*$/, 'expected services as in http,ssh, or none')
      .optional()
      .describe('start, resume: services that gates ask, as in http,ssh, or none; default: setting upgrade.probes'),
    window: z
      .string()
      .regex(WINDOW, 'expected a window as in 22:00-02:00')
      .optional()
      .describe('start: the maintenance window; no group is taken down after it. It opens when the upgrade starts'),
    why: z.string().min(1).max(200).optional().describe('the reason, for who reads the log'),
    name: nameField,
  })
  .superRefine(({ action, package: file, probes, name: _name, why: _why, ...plan }, context) => {
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (action === 'start' && file === undefined) issue('package', 'start needs --package FILE');
    const [odd] = Object.entries({ package: file, ...plan }).filter(
      ([key, value]) => key !== 'action' && value !== undefined,
    );
    if (action !== 'start' && odd !== undefined) issue(odd[0], `only start takes it, not ${action}`);
    if (action !== 'start' && action !== 'resume' && probes !== undefined) {
      issue('probes', `only start and resume take it, not ${action}`);
    }
  });

export default verb({
  path: 'upgrade',
  summary: 'take the members of a running fabric to other software, step by step',
  about:
    'The upgrade conductor checks the group, keeps its configuration, imports and verifies the package, and takes one ' +
    'upgrade group after the other down, installs, and brings it back. It stops where a rule is broken, and says which. ' +
    'Packages and upgrade groups are named in the fabric file. See [upgrades](../upgrades.md).',
  examples: [
    {
      command: 'rehearse upgrade start --package Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz',
      does: 'group B to take 118, then group A, with every connection kept',
    },
    { command: 'rehearse upgrade status', does: 'which step it is in, who runs what' },
    { command: 'rehearse upgrade pause', does: 'begin no further step' },
    { command: 'rehearse upgrade resume', does: 'go on, also after it has stopped for a rule' },
    { command: 'rehearse upgrade rollback', does: 'all that was upgraded back to what it ran before' },
  ],
  positionals: ['action'],
  input,
  output: upgradeStatus,
  needs: 'lab',
  effect: 'act',
  async handle({ action, name: _name, window, ...given }, context) {
    const { lab, beforeFault } = labOf(context);
    await conductorOf(lab);
    if (action !== 'status') {
      await beforeFault(`upgrade ${action}`);
      const args = { ...given, ...(window !== undefined && { windowMs: readWindow(window).lengthMs }) };
      await tellConductor(lab, action === 'start' ? 'upgrade' : action, args);
    }
    return upgradeStatus.parse(await conductorOf(lab));
  },
  render: upgradeText,
});

import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { flowText } from './status.js';

const input = z.strictObject({
  what: z.enum(['start', 'stop', 'rate', 'show']).describe('what to do'),
  rate: z.int().min(1).max(1_000_000).optional().describe('start, rate: packets per second'),
  name: nameField,
});
const output = z.strictObject({
  name: z.string(),
  state: z.enum(['running', 'stopped']),
  packetsPerSec: z.number(),
  connections: z.int(),
  sent: z.int(),
  delivered: z.int(),
});

export default verb({
  path: 'traffic',
  summary: 'start, stop, and pace the traffic of a fabric that stays up',
  about:
    'Traffic is what the fabric file says. `stop` ends every connection in order; `rate` lets them go on as they are, ' +
    'faster or slower. The account of all that ever flowed is in the run that `rehearse down` leaves.',
  examples: [
    { command: 'rehearse traffic rate 8000', does: 'let eight thousand packets flow each second' },
    { command: 'rehearse traffic stop', does: 'end all connections' },
    { command: 'rehearse traffic start 2000', does: 'begin anew, at another rate' },
  ],
  positionals: ['what', 'rate'],
  input,
  output,
  needs: 'lab',
  onlyStanding: true,
  effect: 'act',
  async handle(given, context) {
    const { standing, name } = labOf(context);
    if (standing === undefined) {
      throw new LabError(
        'bad-input',
        `The traffic of fabric ${name} belongs to its run.`,
        'Bring a fabric up that stays up: rehearse up.',
      );
    }
    const { traffic } = standing;
    const { what, rate } = given;
    if (what === 'rate' && rate === undefined) {
      throw new LabError('bad-input', 'No rate is given.', 'For example: rehearse traffic rate 8000.');
    }
    if ((what === 'stop' || what === 'show') && rate !== undefined) {
      throw new LabError('bad-input', `${rate} is nothing for traffic ${what}.`, 'Leave it out.');
    }
    if (what === 'start') return { name, ...(await traffic.start(rate)) };
    if (what === 'stop') return { name, ...(await traffic.stop()) };
    if (what === 'rate') return { name, ...(await traffic.rate(rate!)) };
    return { name, ...(await traffic.now()) };
  },
  render: flowText,
});

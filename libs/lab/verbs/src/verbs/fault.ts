import { FAULTS, findTarget, LabError, targetName, type LinkSpec } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';

const input = z.strictObject({
  kind: z.enum(FAULTS).describe('what to do'),
  target: z.string().describe('1_03, 1_1, sync, traffic or bus; two words in quotes where an id is not enough'),
  to: z.string().optional().describe('the other end, for link'),
  cut: z.boolean().default(false).describe('link: nothing gets through; without any fault the link is mended'),
  oneWay: z.boolean().default(false).describe('link: the way back stays as it is'),
  delayMs: z.int().min(0).optional().describe('link: so much later'),
  lossPerMillion: z.int().min(0).max(1_000_000).optional().describe('link: lost by chance'),
  duplicatePerMillion: z.int().min(0).max(1_000_000).optional().describe('link: arrives twice by chance'),
  reorderPerMillion: z.int().min(0).max(1_000_000).optional().describe('link: is overtaken by chance'),
  rebootAfterMs: z.int().min(0).optional().describe('panic: comes back after this long; default: member.rebootMs'),
  name: nameField,
});
const output = z.strictObject({ fault: z.string(), target: z.string(), atMs: z.number() });

export default verb({
  path: 'fault',
  summary: 'break or mend a part of a running fabric',
  about:
    'A panic kills a process that then reboots by itself; a kill leaves it dead until restart; hang stops it where it ' +
    'stands, without ending it, until resume; link changes the way between two processes. In an experiment this is the ' +
    'action of a process provider.',
  examples: [
    { command: 'rehearse fault panic 1_03', does: 'kill member 1_03; it reboots' },
    { command: 'rehearse fault hang 1_1', does: 'stop orchestrator 1_1 in its tracks' },
    { command: 'rehearse fault resume 1_1', does: 'let it go on' },
    { command: 'rehearse fault link 1_1 --to 1_03 --cut', does: 'let nothing through between the two' },
    { command: 'rehearse fault link 1_1 --to 1_03', does: 'mend the link' },
  ],
  positionals: ['kind', 'target'],
  input,
  output,
  needs: 'lab',
  effect: 'act',
  async handle(given, context) {
    const { lab, beforeFault } = labOf(context);
    const target = findTarget(given.target, lab.targets);
    const words = `${given.kind} ${targetName(target)}`;
    const other = given.to === undefined ? undefined : findTarget(given.to, lab.targets);
    if ((given.kind === 'link') !== (other !== undefined)) {
      throw given.kind === 'link'
        ? new LabError('bad-input', 'A link has two ends.', 'Add --to with the other one.')
        : new LabError('bad-input', `--to is the other end of a link, and this is a ${given.kind}.`, 'Leave it out.');
    }
    if (given.kind !== 'resume') await beforeFault(words);
    const atMs = lab.nowMs();
    switch (given.kind) {
      case 'panic':
        await lab.kill(target, given.rebootAfterMs === undefined ? {} : { rebootAfterMs: given.rebootAfterMs });
        break;
      case 'kill':
        await lab.kill(target, { rebootAfterMs: null });
        break;
      case 'hang':
        await lab.hang(target);
        break;
      case 'resume':
        await lab.resume(target);
        break;
      case 'restart':
        await lab.restart(target);
        break;
      case 'link':
        await lab.link(target, other!, linkSpec(given));
        break;
    }
    return { fault: given.kind, target: targetName(target), atMs };
  },
  render: (out) => `${out.fault} ${out.target}\n`,
});

function linkSpec(given: z.output<typeof input>): LinkSpec {
  const { cut, oneWay, delayMs, lossPerMillion, duplicatePerMillion, reorderPerMillion } = given;
  const numbers = { delayMs, lossPerMillion, duplicatePerMillion, reorderPerMillion };
  const said = Object.fromEntries(Object.entries(numbers).filter(([, v]) => v !== undefined));
  return { ...(cut ? { cut } : {}), ...(oneWay ? { bothWays: false } : {}), ...said };
}

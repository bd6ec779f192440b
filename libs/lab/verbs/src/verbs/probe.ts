import { readingFits } from '@rehearsal/lab-port';
import { z } from 'zod';
import { EXIT, verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { conditionOf, probeFields, readArgs } from './probe-fields.js';

const input = z.strictObject({
  ...probeFields,
  name: nameField,
});
const output = z.strictObject({
  name: z.string(),
  value: z.unknown(),
  atMs: z.number(),
  /** null without a condition. */
  fits: z.boolean().nullable(),
});

export default verb({
  path: 'probe',
  summary: 'look at one number of a running fabric',
  about: 'With a condition the exit code says whether it is met (0) or not (1), as experiments need it.',
  examples: [
    { command: 'rehearse probe members-active', does: 'how many members are active' },
    { command: 'rehearse probe exposed-slots --equals 0', does: 'whether every slot has a backup in step' },
    { command: 'rehearse probe member-state --arg member=1_03', does: 'what member 1_03 says of itself' },
  ],
  positionals: ['probe'],
  input,
  output,
  needs: 'lab',
  effect: 'read',
  async handle(given, context) {
    const { name, value, atMs } = await labOf(context).lab.probe(given.probe, readArgs(given.arg));
    const until = conditionOf(given);
    return { name, value, atMs, fits: until === undefined ? null : readingFits(value, until) };
  },
  render: (out) => `${out.name}: ${JSON.stringify(out.value)}${out.fits === false ? ' (not as asked)' : ''}\n`,
  exitCode: (out) => (out.fits === false ? EXIT.deviated : EXIT.ok),
});

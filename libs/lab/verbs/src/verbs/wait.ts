import { LabError } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { conditionOf, probeFields, readArgs } from './probe-fields.js';

const input = z.strictObject({
  ...probeFields,
  timeoutSec: z.number().min(0).default(60).describe("seconds of the fabric's own time"),
  name: nameField,
});
const output = z.strictObject({ name: z.string(), value: z.unknown(), atMs: z.number(), waitedMs: z.number() });

export default verb({
  path: 'wait',
  summary: 'wait until a number of a running fabric is what it should be',
  about: 'Ends with exit code 1 when it is not so in time.',
  examples: [
    { command: 'rehearse wait members-active --equals 4 --timeout-sec 30', does: 'wait for a member that reboots' },
    { command: 'rehearse wait balanced --equals true', does: 'wait until every slot is where it belongs' },
  ],
  positionals: ['probe'],
  input,
  output,
  needs: 'lab',
  effect: 'read',
  async handle(given, context) {
    const { lab } = labOf(context);
    const until = conditionOf(given);
    if (until === undefined) {
      throw new LabError('bad-input', 'There is nothing to wait for.', 'Add --equals, --at-least or --at-most.');
    }
    const startMs = lab.nowMs();
    const wait = { name: given.probe, args: readArgs(given.arg), until };
    const { name, value, atMs } = await lab.waitUntil(wait, given.timeoutSec * 1000);
    return { name, value, atMs, waitedMs: Math.round(lab.nowMs() - startMs) };
  },
  render: (out) => `${out.name}: ${JSON.stringify(out.value)} after ${out.waitedMs} ms\n`,
});

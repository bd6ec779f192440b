import {
  applyFault,
  assertFault,
  FAULT_ARGS,
  FAULT_KINDS,
  faultProblem,
  FAULTS,
  findTarget,
  targetName,
  type FaultArgs,
  type Target,
} from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';

const BUS: Target = { role: 'bus', id: 'bus' };

const input = z
  .strictObject({
    kind: z.enum(FAULT_KINDS as [(typeof FAULT_KINDS)[number]]).describe('what to do'),
    target: z
      .string()
      .describe('1_03, 1:1_03, 1_1, sync, traffic or bus; two words in quotes where an id is not enough'),
    to: z.string().optional().describe('the other end of a link; default: the bus'),
    ...describedArgs(),
    name: nameField,
  })
  .superRefine((given, context) => {
    const { kind, target: _target, to, name: _name, ...args } = given;
    const wrong = faultProblem(kind, Object.keys(args), to !== undefined);
    if (wrong !== undefined) {
      context.addIssue({ code: 'custom', path: ['kind'], message: `${wrong.message}. ${wrong.remedy.slice(0, -1)}` });
    }
  });
const output = z.strictObject({ fault: z.string(), target: z.string(), atMs: z.number() });

/** Each argument with the kinds that take it in front. */
function describedArgs(): typeof FAULT_ARGS {
  const described = Object.entries(FAULT_ARGS).map(([arg, schema]) => {
    const kinds = FAULT_KINDS.filter((kind) => (FAULTS[kind].takes as readonly string[]).includes(arg));
    return [arg, schema.describe(`${kinds.join(', ')}: ${schema.description}`)];
  });
  return Object.fromEntries(described) as typeof FAULT_ARGS;
}

export default verb({
  path: 'fault',
  summary: 'break or mend a part of a running fabric',
  about:
    'What each kind does to real processes and in a simulation, and what it may lose, is told in ' +
    '[faults](../faults.md). In an experiment this is the action of a process provider.',
  examples: [
    { command: 'rehearse fault panic 1_03', does: 'kill member 1_03; it reboots' },
    { command: 'rehearse fault hang 1_1', does: 'stop orchestrator 1_1 in its tracks' },
    { command: 'rehearse fault resume 1_1', does: 'let it go on' },
    { command: 'rehearse fault link 1_03 bus --cut', does: 'let nothing through between member 1_03 and the bus' },
    { command: 'rehearse fault link 1:1_03 --delay 40ms', does: 'let everything come 40 ms later instead' },
    { command: 'rehearse fault mend 1_03 bus', does: 'make that link as good as new' },
    { command: 'rehearse fault bus-restart bus', does: 'kill the bus and start it again' },
  ],
  positionals: ['kind', 'target', 'to'],
  input,
  output,
  needs: 'lab',
  effect: 'act',
  async handle(given, context) {
    const { lab, beforeFault } = labOf(context);
    const { kind, target: named, to, name: _name, ...args } = given;
    const target = findTarget(named, lab.targets);
    const other = to === undefined ? BUS : findTarget(to, lab.targets);
    assertFault(lab.world, kind, { target, args: args as FaultArgs });
    if (!FAULTS[kind].mends) await beforeFault(`${kind} ${targetName(target)}`);
    const atMs = lab.nowMs();
    await applyFault(lab, kind, { target, to: other, args: args as FaultArgs });
    return { fault: kind, target: targetName(target), atMs };
  },
  render: (out) => `${out.fault} ${out.target}\n`,
});

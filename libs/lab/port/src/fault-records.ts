import type { CommandReply } from '@rehearsal/kernel';
import { LabError } from './lab-error.js';
import type { Lab, LinkSpec } from './lab.js';
import type { FaultRecord } from './record.js';
import { targetName, type Target } from './target.js';

/** What a record says of a link: its role first, whichever end was named first, since it is what suffers. */
export function linkFault(
  from: Target,
  to: Target,
  spec: LinkSpec,
): [fault: string, target: Target, detail: FaultRecord['detail']] {
  const { bothWays: _, ...faults } = spec;
  const fault = Object.keys(faults).length === 0 ? 'mend' : 'link';
  return from.role === 'bus'
    ? [fault, to, { from: targetName(from), ...spec }]
    : [fault, from, { to: targetName(to), ...spec }];
}

/** Tells a role what to do to itself; gives the record of it. @throws LabError (bad input) where it refuses */
export async function inflictOn(
  lab: Pick<Lab, 'nowMs' | 'command'>,
  target: Target,
  command: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
  timeoutMs?: number,
): Promise<FaultRecord> {
  const atMs = lab.nowMs();
  assertDone(target, command.name, await lab.command(target, command, timeoutMs));
  return { atMs, fault: command.name, target: targetName(target), detail: command.args };
}

function assertDone(target: Target, command: string, reply: CommandReply): void {
  if (reply.ok) return;
  throw new LabError(
    'bad-input',
    `${targetName(target)} refuses '${command}': ${reply.reason}.`,
    'See `rehearse status` for what it does now.',
  );
}

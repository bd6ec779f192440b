import type { CommandReply } from '@rehearsal/kernel';
import { LabError } from './lab-error.js';
import type { LinkSpec } from './lab.js';
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

/** @throws LabError (bad input) with a role's reason, where it refused a command */
export function assertDone(target: Target, command: string, reply: CommandReply): void {
  if (reply.ok) return;
  throw new LabError(
    'bad-input',
    `${targetName(target)} refuses '${command}': ${reply.reason}.`,
    'See `rehearse status` for what it does now.',
  );
}

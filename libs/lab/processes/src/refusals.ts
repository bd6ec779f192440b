import type { LinkSpec, Target } from '@rehearsal/lab-port';
import { LabError, sameTarget, targetName } from '@rehearsal/lab-port';
import { BUS } from './bus-target.js';
import type { Child } from './child.js';

export function notUp(): LabError {
  return new LabError('environment', 'This fabric is not up.', 'Bring it up first.');
}

export function childRefusal(child: Child, what: string, remedy: string): LabError {
  return new LabError('bad-input', `${child.name} ${what}; it is ${child.state}.`, remedy);
}

/** The role at one end of a link, with the bus at the other; throws for what cannot be done to a link of processes. */
export function roleOfLink(from: Target, to: Target, spec: LinkSpec): Target {
  const role = sameTarget(from, BUS) ? to : from;
  if (sameTarget(from, BUS) === sameTarget(to, BUS)) {
    throw new LabError(
      'environment',
      `Processes speak over the bus alone; there is no link of ${targetName(from)} to ${targetName(to)}.`,
      `Name the link of one of them to the bus, as in: link '${targetName(from)}' bus.`,
    );
  }
  const { lossPerMillion, duplicatePerMillion, reorderPerMillion, logDelayMs } = spec;
  if ((lossPerMillion ?? duplicatePerMillion ?? reorderPerMillion ?? logDelayMs) !== undefined) {
    throw new LabError('environment', 'A link over TCP neither loses nor reorders.', 'Run the experiment with --sim.');
  }
  return role;
}

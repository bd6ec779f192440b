import type { FaultArgs, FaultKind, ProcessStatus } from '@rehearsal/lab-port';
import { mendOf } from './draw-fault.js';
import type { FaultStep } from './schedule.js';

type Member = Pick<ProcessStatus, 'state' | 'detail'>;

/** How it shows that a member has done what it is told, of what neither ends by itself nor with its process. */
const SHOWS: Partial<Record<FaultKind, (member: Member, args: FaultArgs) => boolean>> = {
  admin: ({ state }) => state === 'DOWN',
  cpstop: ({ state }) => state === 'HA module not started.',
  pnote: ({ detail }, { pnote }) =>
    ((detail['pnotes'] ?? []) as readonly { name: string; state: string }[]).some(
      ({ name, state }) => name === pnote && state !== 'ok',
    ),
};

/**
 * What mends a step that was not answered, and so seemed not to be done, where it shows that it was done all the same:
 * a member that hung does what it was told when it wakes, and a log that was full takes later what was asked of it.
 */
export function mendOfLate(step: FaultStep, member: Member): FaultStep | undefined {
  return SHOWS[step.fault]?.(member, step.args) === true ? mendOf(step, step.atMs) : undefined;
}

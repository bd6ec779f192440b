import type { EventRef, Intent } from '@rehearsal/kernel';
import type { SecurityGroupEvent } from './events.js';

/**
 * Tells hypersync of the same group which copies are due and which slots have none, and who keeps the record of software
 * which spares belong to it.
 */
export function react(event: SecurityGroupEvent, ref: EventRef): readonly Intent[] {
  if (event.type === 'SpareAssigned' || event.type === 'SpareDetached') {
    const assigned = event.type === 'SpareAssigned';
    return [{ to: ofTheGroup('software', ref), input: { type: 'assignAppliance', appliance: event.member, assigned } }];
  }
  if (event.type !== 'CopiesChosen') return [];
  const { version, reason, member, copies, exposed } = event;
  return [
    {
      to: ofTheGroup('hypersync', ref),
      input: { type: 'copiesChosen', tableVersion: version, reason, member, copies, exposed },
    },
  ];
}

/** The stream of another machine of the same group. */
function ofTheGroup(kind: string, { stream }: EventRef): string {
  return `${kind}.${stream.slice(stream.indexOf('.') + 1)}`;
}

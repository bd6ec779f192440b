import type { EventRef, Intent } from '@rehearsal/kernel';
import type { SecurityGroupEvent } from './events.js';

/** Tells hypersync of the same group which copies are due and which slots have none. */
export function react(event: SecurityGroupEvent, ref: EventRef): readonly Intent[] {
  if (event.type !== 'CopiesChosen') return [];
  const { version, reason, member, copies, exposed } = event;
  return [
    {
      to: `hypersync.${ref.stream.slice(ref.stream.indexOf('.') + 1)}`,
      input: { type: 'copiesChosen', tableVersion: version, reason, member, copies, exposed },
    },
  ];
}

import type { EventRef, Intent } from '@rehearsal/kernel';
import type { HypersyncEvent } from './events.js';

/** Tells the security group who came in step. */
export function react(event: HypersyncEvent, ref: EventRef): readonly Intent[] {
  if (event.type !== 'SlotsCopied') return [];
  const { member, incarnation, active, activeIncarnation, slots, tableVersion } = event;
  return [
    {
      to: `security-group.${ref.stream.slice(ref.stream.indexOf('.') + 1)}`,
      input: {
        type: 'inStep',
        member,
        incarnation,
        active,
        activeIncarnation,
        slots,
        version: tableVersion,
      },
    },
  ];
}

import type { SoftwareEvent } from '../events.js';
import type { AssignAppliance } from '../inputs.js';
import type { SoftwareState } from '../state.js';
import { Draft } from './draft.js';

/** What the group has decided is noted: releases and turns are those of its members. */
export function assignAppliance(state: SoftwareState, input: AssignAppliance): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const { assigned } = input;
  draft.forEach('assign', [input.appliance], ({ id, role }) => {
    if (role !== 'member') return `${id} is no member: only members are in a group`;
    draft.emit({ type: 'ApplianceAssigned', appliance: id, assigned });
    return undefined;
  });
  return draft.events;
}

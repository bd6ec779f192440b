import type { SoftwareEvent } from '../events.js';
import type { ReplaceAppliance } from '../inputs.js';
import type { SoftwareState } from '../state.js';
import { applianceOf } from '../state.js';
import { Draft } from './draft.js';

/**
 * New hardware in the place of a member that has failed. Its process starts afterwards: what it then does about its
 * software is what every member does that boots.
 */
export function replaceAppliance(state: SoftwareState, input: ReplaceAppliance): readonly SoftwareEvent[] {
  const { appliance, serial, software } = input;
  const draft = new Draft(state);
  noteSerials(draft, input.built);
  const was = applianceOf(draft.state, appliance)?.serial;
  const reason = whyNotReplace(draft.state, input);
  if (reason !== undefined || was === undefined) {
    const refusal = new Draft(state);
    const unknown = `nobody knows the serial number of ${appliance}: name it in the fabric file`;
    refusal.emit({ type: 'SoftwareRefused', command: 'replace', appliance, reason: reason ?? unknown });
    return refusal.events;
  }
  draft.emit({ type: 'ApplianceReplaced', appliance, was, serial, software });
  return draft.events;
}

function noteSerials(draft: Draft, built: ReplaceAppliance['built']): void {
  const { state } = draft;
  const serials = built.filter(({ appliance }) => {
    const known = applianceOf(state, appliance);
    return known !== undefined && known.serial === undefined;
  });
  if (serials.length > 0) draft.emit({ type: 'SerialsNoted', serials });
}

function whyNotReplace(state: SoftwareState, input: ReplaceAppliance): string | undefined {
  const { appliance: id, serial, serves, lives } = input;
  const appliance = applianceOf(state, id);
  if (appliance === undefined) return `${id} is not an appliance of this group`;
  if (appliance.role !== 'member') return `${id} is no member: only members are replaced`;
  if (serves) return `${id} serves in the group: take it down, or wait until the group has declared it lost`;
  if (lives) return `${id} is powered on: only what has failed for good, or was switched off, is replaced`;
  const holder = state.appliances.find((a) => a.serial === serial);
  return holder === undefined
    ? undefined
    : `serial number ${serial} is in use by ${holder.id}: say that of the new one`;
}

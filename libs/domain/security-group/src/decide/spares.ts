import type { SecurityGroupEvent } from '../events.js';
import type { AssignSpare, DetachSpare, LoadLasted } from '../inputs.js';
import type { Member, SecurityGroupState } from '../state.js';
import { activeMembers, isDetached, isFit } from '../state.js';
import type { Draft } from './draft.js';
import { draftFrom } from './draft.js';
import { lose } from './lose.js';
import { settle } from './settle.js';

/** A spare becomes a member: from here on it boots into the group, and joins when it is ready (fidelity: F-SPARES). */
export function assignSpare(state: SecurityGroupState, { member: id }: AssignSpare): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const spare = id === undefined ? state.members.find(isDetached) : state.members.find((m) => m.id === id);
  const reason = whyNotThis(spare, id) ?? whyNotNow(state);
  if (reason === undefined && spare !== undefined) assign(draft, spare, 'operator', {});
  else refuse(draft, spare?.id ?? id, 'assigned', 'operator', reason ?? NONE_FREE);
  return draft.events();
}

/**
 * Load that has lasted assigns the first spare there is (fidelity: F-AUTOSCALE), one after the other: not before the last
 * one serves, and every slot is where it belongs. What keeps it from that is said once.
 */
export function loadLasted(
  state: SecurityGroupState,
  { percent, lastedMs }: LoadLasted,
): readonly SecurityGroupEvent[] {
  const { autoscale } = state.rules;
  if (autoscale === undefined || percent <= autoscale.cpuPercent || lastedMs < autoscale.forMs) return [];
  const spare = state.members.find(isDetached);
  if (spare === undefined || state.rebalancing || state.members.some(isOnItsWay)) return [];
  const reason = whyNotNow(state);
  if (reason !== undefined && state.autoscaleRefused === true) return [];
  const draft = draftFrom(state);
  if (reason !== undefined) refuse(draft, spare.id, 'assigned', 'load', reason);
  else
    assign(draft, spare, 'load', { percent, thresholdPercent: autoscale.cpuPercent, lastedMs, forMs: autoscale.forMs });
  return draft.events();
}

/** One that was a spare leaves as by an operator's word: it hands everything over, and is detached when it holds nothing. */
export function detachSpare(state: SecurityGroupState, { member: id }: DetachSpare): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const member = id === undefined ? lastAssigned(state) : state.members.find((m) => m.id === id);
  const reason = whyNotDetach(state, member, id);
  if (reason !== undefined || member === undefined) {
    refuse(draft, member?.id ?? id, 'detached', 'operator', reason ?? NONE_ASSIGNED);
    return draft.events();
  }
  const { version } = draft;
  if (member.status !== 'active') {
    draft.emit({ type: 'SpareDetached', version, member: member.id });
    return draft.events();
  }
  draft.emit({ type: 'SpareLeaving', version, tableHash: '', member: member.id });
  if (state.rules.drain) settle(draft, 'leaving', member.id);
  else {
    lose(draft, member.id, 'admin', {});
    settle(draft, 'lost', member.id);
  }
  return draft.events();
}

const NONE_FREE = 'there is no spare that is in no group: name more under spares in the fabric file';
const NONE_ASSIGNED = 'no spare is assigned';

function assign(draft: Draft, { id }: Member, reason: 'operator' | 'load', evidence: Record<string, number>): void {
  draft.emit({ type: 'SpareAssigned', version: draft.version, member: id, reason, evidence });
}

function refuse(
  draft: Draft,
  member: string | undefined,
  wanted: 'assigned' | 'detached',
  by: 'operator' | 'load',
  reason: string,
): void {
  draft.emit({ type: 'SpareRefused', version: draft.version, member: member ?? '', wanted, by, reason });
}

/** It was assigned, and does not serve yet; or it is leaving. */
function isOnItsWay({ spare, status }: Member): boolean {
  return spare === 'leaving' || (spare === 'assigned' && status !== 'active');
}

function lastAssigned({ members }: SecurityGroupState): Member | undefined {
  const assigned = members.filter((m) => m.spare === 'assigned');
  return assigned.reduce<Member | undefined>(
    (last, m) => ((m.assignedAt ?? 0) > (last?.assignedAt ?? 0) ? m : last),
    undefined,
  );
}

function whyNotThis(spare: Member | undefined, id: string | undefined): string | undefined {
  if (spare === undefined) return id === undefined ? NONE_FREE : `${id} is not an appliance of this fabric`;
  switch (spare.spare) {
    case 'free':
      return undefined;
    case 'assigned':
      return `${spare.id} is in the group already`;
    case 'leaving':
      return `${spare.id} is on its way out of the group: wait until it is detached`;
    default:
      return `${spare.id} is a member by the fabric file, and no spare`;
  }
}

/** A spare has neither the image nor the policy of the group: it takes both from the single management object. */
function whyNotNow(state: SecurityGroupState): string | undefined {
  if (state.frozenUntil > 0) return 'states are frozen just now: wait until they are not';
  if (state.autoClone === 'off') {
    return 'image cloning is off, and a spare takes the image of the single management object: switch it on first';
  }
  return activeMembers(state).length > 0 ? undefined : 'nobody serves whose image and policy it could take';
}

function whyNotDetach(
  state: SecurityGroupState,
  member: Member | undefined,
  id: string | undefined,
): string | undefined {
  if (member === undefined) return id === undefined ? NONE_ASSIGNED : `${id} is not an appliance of this fabric`;
  if (member.spare === undefined) return `${member.id} is a member by the fabric file, and no spare`;
  if (member.spare === 'free') return `${member.id} is in no group`;
  if (member.spare === 'leaving') return `${member.id} is on its way out of the group already`;
  if (state.frozenUntil > 0) return 'states are frozen just now: wait until they are not';
  if (member.status === 'active' && !state.members.some((m) => m !== member && isFit(m))) {
    return `${member.id} is the last member that can serve: bring another one up first`;
  }
  return undefined;
}

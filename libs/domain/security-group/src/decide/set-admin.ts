import type { SecurityGroupEvent } from '../events.js';
import type { SetAdmin } from '../inputs.js';
import type { Member, SecurityGroupState } from '../state.js';
import { isFit, memberNumber } from '../state.js';
import { draftFrom } from './draft.js';
import { lose } from './lose.js';
import { settle } from './settle.js';

/**
 * The operator's word on a member. Down is a drain: it serves on until others have taken its slots over,
 * one after the other and in order, and leaves when it holds nothing. Up lets it in again, but brings no
 * member up that a fault keeps down (fidelity: F-ADMIN-DRAIN, F-ADMIN-NO-FORCED-UP).
 */
export function setAdmin(state: SecurityGroupState, input: SetAdmin): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { member: id, state: wanted } = input;
  const number = memberNumber(state, id);
  const member = state.members[number - 1];
  const say = (type: 'AdminIgnored' | 'AdminRefused', reason: string): readonly SecurityGroupEvent[] => {
    draft.emit({ type, version, member: id, state: wanted, reason });
    return draft.events();
  };

  if (member === undefined) return say('AdminRefused', `${id} is not a member of this group`);
  if (member.spare === 'free') return say('AdminRefused', `${id} is a spare and in no group: assign it first`);
  if (member.spare === 'leaving') return say('AdminRefused', `${id} is on its way out of the group`);
  if (state.frozenUntil > 0) return say('AdminRefused', 'states are frozen just now: wait until they are not');
  if (wanted === 'up') {
    const reason = whyNotUp(member);
    if (reason !== undefined) return say(isFit(member) ? 'AdminIgnored' : 'AdminRefused', reason);
  } else if (member.admin === 'down' && !(input.force === true && member.status === 'active')) {
    return say('AdminIgnored', `${id} is administratively down already`);
  }

  const last = member.status === 'active' && !state.members.some((m) => m !== member && isFit(m));
  if (wanted === 'down' && last && input.force !== true) {
    const reason = `${id} is the last member that can serve: bring another one up first, or force it and lose the service`;
    return say('AdminRefused', reason);
  }

  draft.emit({ type: 'AdminSet', version, tableHash: '', member: id, state: wanted });
  if (wanted === 'down' && member.status === 'active' && (last || !state.rules.drain)) {
    lose(draft, id, 'admin', {});
    settle(draft, 'lost', id);
  } else if (member.status === 'active') {
    settle(draft, wanted === 'down' ? 'leaving' : 'returned', id);
  }
  return draft.events();
}

function whyNotUp(member: Member): string | undefined {
  if (member.admin === 'down') return undefined;
  if (isFit(member)) return `${member.id} is up already`;
  const fault = member.problems.length > 0 ? ` (${member.problems.join(', ')})` : '';
  return `${member.id} is down because of a fault${fault}, not by an operator: mend the fault, then it comes up by itself`;
}

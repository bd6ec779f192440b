import type { SecurityGroupEvent } from '../events.js';
import type { MemberDrained } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { isLeaving, memberNumber } from '../state.js';
import { draftFrom } from './draft.js';
import { settle } from './settle.js';

/**
 * The leaving member is out. Only its own word that everything it held has arrived elsewhere makes it
 * so, and only while the table agrees: it serves nothing, and no copy it holds is still to be made anew.
 */
export function memberDrained(state: SecurityGroupState, input: MemberDrained): readonly SecurityGroupEvent[] {
  const number = memberNumber(state, input.member);
  const member = state.members[number - 1];
  if (member === undefined || member.incarnation !== input.incarnation || !isLeaving(state, number)) return [];
  if (state.frozenUntil > 0 || isHolding(state, number, input.version)) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  const { id, incarnation, admin, spare } = member;
  const reason = admin === 'down' || spare === 'leaving' ? 'admin' : 'pnote';
  draft.emit({ type: 'MemberDrained', version, tableHash: '', member: id, incarnation, reason });
  if (spare === 'leaving') draft.emit({ type: 'SpareDetached', version, member: id });
  settle(draft, 'leaving', id);
  return draft.events();
}

function isHolding(state: SecurityGroupState, number: number, saidAt: number): boolean {
  for (let slot = 0; slot < state.active.length; slot++) {
    if (state.active[slot] === number || state.joining[slot] === number) return true;
    if (state.backup[slot] !== number) continue;
    // Said before the slot went away from it, or while its copy is the only one and another is being made.
    if ((state.epoch[slot] as number) > saidAt || state.joining[slot] !== 0) return true;
  }
  return false;
}

import type { SecurityGroupEvent } from '../events.js';
import type { MemberSilent } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';
import { lose } from './lose.js';
import { settle } from './settle.js';

/**
 * The active member is lost. Nothing happens on stale evidence: about a member that is out (another
 * orchestrator was quicker), about another incarnation, or from before the member joined; and nothing
 * while states are frozen, however dead the member is (fidelity: F-FREEZE-INSTALL).
 */
export function memberSilent(state: SecurityGroupState, input: MemberSilent): readonly SecurityGroupEvent[] {
  const member = state.members.find((m) => m.id === input.member);
  if (state.frozenUntil > 0) return [];
  if (member === undefined || member.status !== 'active' || member.incarnation !== input.incarnation) return [];
  if (input.version !== undefined && input.version < member.joinedAt) return [];

  const draft = draftFrom(state);
  lose(draft, member.id, input.reason, input.evidence);
  settle(draft, 'lost', member.id);
  return draft.events();
}

import type { SecurityGroupEvent } from '../events.js';
import type { MemberSeen } from '../inputs.js';
import type { Member, SecurityGroupState } from '../state.js';
import { activeMembers } from '../state.js';
import { rowsOf } from '../table/rows.js';
import { draftFrom } from './draft.js';
import { lose } from './lose.js';
import { settle } from './settle.js';

/**
 * The member joins. A newer incarnation of an active member means that the old one is lost: one
 * commit says both, in that order. Stale evidence (an older incarnation, or one that is known to be
 * lost and has not read so) leads to nothing.
 */
export function memberSeen(state: SecurityGroupState, input: MemberSeen): readonly SecurityGroupEvent[] {
  const member = state.members.find((m) => m.id === input.member);
  if (member === undefined || !isNews(member, input)) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  if (member.status === 'active') lose(draft, member.id, 'replaced', input.evidence);

  const nobody = activeMembers(draft.state).length === 0;
  draft.emit({
    type: 'MemberJoined',
    version,
    tableHash: '',
    member: member.id,
    incarnation: input.incarnation,
    evidence: input.evidence,
  });
  if (nobody) {
    const [first] = activeMembers(draft.state);
    const to = draft.state.active.map(() => first as number);
    draft.emit({ type: 'SlotsAssigned', version, to: rowsOf(to, 0) });
  }
  settle(draft, 'joined', member.id);
  return draft.events();
}

function isNews(member: Member, input: MemberSeen): boolean {
  if (input.incarnation > member.incarnation) return true;
  if (input.incarnation < member.incarnation || member.status === 'active') return false;
  return input.version !== undefined && input.version >= member.lostAt;
}

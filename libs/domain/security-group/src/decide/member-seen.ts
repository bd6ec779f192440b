import type { SecurityGroupEvent } from '../events.js';
import type { MemberSeen } from '../inputs.js';
import type { Member, SecurityGroupState } from '../state.js';
import { activeMembers, isDetached, isFit } from '../state.js';
import { rowsOf } from '../table/rows.js';
import { draftFrom } from './draft.js';
import { lose } from './lose.js';
import { settle } from './settle.js';

/**
 * The member joins. A newer incarnation of an active member means that the old one is lost: one
 * commit says both, in that order. Stale evidence (an older incarnation, or one that is known to be
 * lost and has not read so) leads to nothing. A member that an operator took down does not join, and
 * one with a problem only where nobody fit is left.
 */
export function memberSeen(state: SecurityGroupState, input: MemberSeen): readonly SecurityGroupEvent[] {
  const member = state.members.find((m) => m.id === input.member);
  if (member === undefined || isDetached(member) || state.frozenUntil > 0 || !isNews(member, input)) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  if (member.status === 'active') lose(draft, member.id, 'replaced', input.evidence);
  const problems = [...new Set(input.problems ?? [])].sort();
  if (!mayJoin(draft.state, member, problems)) {
    if (member.status === 'active') settle(draft, 'lost', member.id);
    return draft.events();
  }

  const reason = whyHeld(draft.state, input);
  if (reason !== undefined) {
    const { incarnation, rank = 1 } = input;
    if (member.heldIncarnation !== incarnation) {
      draft.emit({ type: 'MemberHeld', version, member: member.id, incarnation, rank, reason });
    }
    if (member.status === 'active') settle(draft, 'lost', member.id);
    return draft.events();
  }

  const nobody = activeMembers(draft.state).length === 0;
  draft.emit({
    type: 'MemberJoined',
    version,
    tableHash: '',
    member: member.id,
    incarnation: input.incarnation,
    ...(problems.length === 0 ? {} : { problems }),
    ...(input.rank === undefined ? {} : { rank: input.rank, mixes: input.mixes === true }),
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

function mayJoin(state: SecurityGroupState, member: Member, problems: readonly string[]): boolean {
  return member.admin === 'up' && member.spare !== 'leaving' && (problems.length === 0 || !state.members.some(isFit));
}

/**
 * Members of two releases serve beside one another only where the newer ones may mix: the oldest that serve have a right
 * to, and what is newer waits (fidelity: F-MVC-READY).
 */
function whyHeld(state: SecurityGroupState, { rank, mixes }: MemberSeen): string | undefined {
  if (rank === undefined) return undefined;
  const others = activeMembers(state).map((number) => state.members[number - 1] as Member);
  const ranked = others.filter((m) => m.rank !== undefined);
  if (mixes !== true && ranked.some((m) => (m.rank as number) < rank)) {
    return 'members of an older release serve, and multi-version is off here: turn it on, or take them down first';
  }
  if (ranked.some((m) => (m.rank as number) > rank && m.mixes !== true)) {
    return 'members of a newer release serve, and multi-version is off there: turn it on, or take them down first';
  }
  return undefined;
}

function isNews(member: Member, input: MemberSeen): boolean {
  if (input.incarnation > member.incarnation) return true;
  if (input.incarnation < member.incarnation || member.status === 'active') return false;
  return input.version !== undefined && input.version >= member.lostAt;
}

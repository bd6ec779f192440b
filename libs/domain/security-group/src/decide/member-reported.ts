import type { SecurityGroupEvent } from '../events.js';
import type { MemberReported } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { isFit, memberNumber } from '../state.js';
import { draftFrom } from './draft.js';
import { settle } from './settle.js';

/**
 * A critical device has a problem, or has none any more. With a problem the member is down at once: its
 * slots go to their backups, and it leaves once it has handed over the rest (fidelity: F-PNOTE-DOWN).
 */
export function memberReported(state: SecurityGroupState, input: MemberReported): readonly SecurityGroupEvent[] {
  const member = state.members[memberNumber(state, input.member) - 1];
  if (member === undefined || member.status !== 'active' || member.incarnation !== input.incarnation) return [];
  const problems = [...new Set(input.problems)].sort();
  const mixesAnew = input.mixes !== undefined && input.mixes !== member.mixes;
  if (state.frozenUntil > 0 || (same(problems, member.problems) && !mixesAnew)) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  const { id, incarnation } = member;
  const mixes = input.mixes === undefined ? {} : { mixes: input.mixes };
  draft.emit({ type: 'MemberReported', version, tableHash: '', member: id, incarnation, problems, ...mixes });
  const now = draft.state.members[memberNumber(state, id) - 1];
  settle(draft, now !== undefined && isFit(now) ? 'returned' : 'leaving', id);
  return draft.events();
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

import type { SecurityGroupState } from './state.js';
import { isDetached, isFit, isLeaving } from './state.js';

/** The vendor's words for what a member is (fidelity: F-MEMBER-STATES). F: frozen; P: pivot; both only beside a problem. */
export const MEMBER_STATES = [
  'ACTIVE',
  'ACTIVE(!)',
  'ACTIVE(!F)',
  'ACTIVE(!P)',
  'ACTIVE(!FP)',
  'DOWN',
  'LOST',
  'READY',
  'STANDBY',
  'BACKUP',
  'INIT',
  'DETACHED',
] as const;
export type MemberState = (typeof MEMBER_STATES)[number];

/** What a member last said of itself, to whoever looks. */
export interface Heard {
  readonly says: 'init' | 'ready' | 'active' | 'stopped' | 'failed';
  readonly problems: boolean;
  /** Its load is above the threshold. */
  readonly loaded: boolean;
}

/**
 * The state of a member as somebody sees it who has folded `state`; `heard` is undefined when nothing
 * has been heard of it for the dead time. A pivot is what groups have that share load without
 * orchestrators.
 */
export function memberState(
  state: SecurityGroupState,
  number: number,
  heard: Heard | undefined,
  pivot = false,
): MemberState {
  const member = state.members[number - 1];
  if (member === undefined) return 'LOST';
  if (isDetached(member)) return 'DETACHED';
  if (member.status === 'active') {
    if (heard?.says === 'stopped' || heard?.says === 'failed' || isLeaving(state, number)) return 'DOWN';
    const underLoad = state.culOffAt > 0 && heard?.loaded === true;
    if (isFit(member) && !underLoad) return 'ACTIVE';
    const frozen = state.frozenUntil > 0 || underLoad;
    return `ACTIVE(!${frozen ? 'F' : ''}${pivot ? 'P' : ''})`;
  }
  if (heard === undefined) return 'LOST';
  if (heard.says === 'init') return 'INIT';
  if (heard.says !== 'ready' || heard.problems || member.admin === 'down') return 'DOWN';
  return 'READY';
}

/** How the site's overview calls it (fidelity: F-ASG-WORDS). DETACHED: in no group, or nothing was ever seen in its place. */
export interface SiteWords {
  readonly state: 'UP' | 'DOWN' | 'DETACHED';
  readonly process: 'Enforcing Security' | 'Inactive' | 'Initial Policy';
}

export function siteWords(word: MemberState, everSeen: boolean, hasPolicy: boolean): SiteWords {
  if (word.startsWith('ACTIVE')) return { state: 'UP', process: hasPolicy ? 'Enforcing Security' : 'Initial Policy' };
  return { state: everSeen && word !== 'DETACHED' ? 'DOWN' : 'DETACHED', process: 'Inactive' };
}

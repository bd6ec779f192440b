import type { DistributionMode, GroupConfig, GroupRules, PolicyRelease } from './inputs.js';

export interface Member {
  readonly id: string;
  readonly weight: number;
  /** Of the last process start that joined; 0 before the first. */
  readonly incarnation: number;
  readonly status: 'out' | 'active';
  /** Table version of its last join and of its last loss; 0 before the first. */
  readonly joinedAt: number;
  readonly lostAt: number;
  /** What the operator wants; outlives restarts of the member. */
  readonly admin: 'up' | 'down';
  /** It last left in an orderly way: whatever it had not answered it never began. */
  readonly drained: boolean;
  /** Its critical devices with a problem, as last reported. */
  readonly problems: readonly string[];
  /** Of its release, and whether it may serve beside others; absent where releases make no difference. */
  readonly rank?: number;
  readonly mixes?: boolean;
  /** Last incarnation that waited for members of another release to go, of which that has been said; absent for none. */
  readonly heldIncarnation?: number;
  /** Of one that is a member only while it is assigned: `free` while it is not; absent for all others. */
  readonly spare?: 'free' | 'assigned' | 'leaving';
  /** Table version of its last assignment; absent before the first. */
  readonly assignedAt?: number;
}

/** A policy on its way to all members; hash '' when there is none. */
export interface Install {
  readonly hash: string;
  /** Of those who are to enforce it; absent: of all. */
  readonly release?: PolicyRelease;
  /** Member number of who hands it out. */
  readonly smo: number;
  /** ms since the epoch: given up then. */
  readonly until: number;
  /** Numbers of the members that are not ready to enforce it. */
  readonly waiting: readonly number[];
  /** Names of its rules that are not critical; absent where it has none. */
  readonly deferrable?: readonly string[];
}

export const NO_INSTALL: Install = { hash: '', smo: 0, until: 0, waiting: [] };

/** What members of one release enforce. */
export interface ReleasePolicy {
  /** '' for the one that members came up with. */
  readonly hash: string;
  readonly rank: number;
  /** Version of the commit that brought it. */
  readonly since: number;
}

/** How packets are spread that come in at each interface. */
export interface Distribution {
  readonly inside: DistributionMode;
  readonly outside: DistributionMode;
  /** Table version from which on; 0: since the group was configured. */
  readonly since: number;
}

/** A distribution on its way; `since` 0 when there is none. */
export interface NextDistribution {
  readonly inside: DistributionMode;
  readonly outside: DistributionMode;
  /** Table version at which it was decided that nothing more comes in until it is there. */
  readonly since: number;
  /** What members said before this version counts no more. */
  readonly saidSince: number;
  /** Numbers of the members that are not ready for it. */
  readonly waiting: readonly number[];
}

const AS_CONFIGURED: Distribution = { inside: 'general', outside: 'general', since: 0 };
export const NO_CHANGE: NextDistribution = {
  inside: 'general',
  outside: 'general',
  saidSince: 0,
  since: 0,
  waiting: [],
};

/** What waits while the group is below full capacity. */
export interface Deferral {
  /** No connection begins by the rules that are not critical. */
  readonly isOn: boolean;
  /** Names of those rules of the policy in force. */
  readonly rules: readonly string[];
}

export const NO_DEFERRAL: Deferral = { isOn: false, rules: [] };

const NO_RULES: GroupRules = {
  culOffMs: 1,
  culThresholdPercent: 0,
  drain: true,
  freezeOnInstallMs: 0,
  installWithinMs: 1,
  lockstep: true,
};

export interface Orchestrator {
  readonly id: string;
  readonly incarnation: number;
  readonly status: 'out' | 'active';
}

/** The slot table: one entry a slot in each array; members by number (place in `members`, from 1; 0 none). */
export interface SlotTable {
  /** Who serves the slot. */
  readonly active: readonly number[];
  /** Who holds a copy in step and takes over; 0: the slot is exposed. */
  readonly backup: readonly number[];
  /** Who is being copied to and becomes the backup when in step. */
  readonly joining: readonly number[];
  /** Table version at which `active` last changed. */
  readonly epoch: readonly number[];
  /** Table version at which `joining` was chosen; 0 without one. */
  readonly joiningSince: readonly number[];
}

export interface SecurityGroupState extends SlotTable {
  /** Version of the last commit; 0 before the first. */
  readonly version: number;
  readonly placement: GroupConfig['placement'];
  readonly requireInStep: boolean;
  readonly members: readonly Member[];
  readonly orchestrators: readonly Orchestrator[];
  /** Member number of the single management object; 0: nobody is active. */
  readonly smo: number;
  /** A join has not been levelled out yet. */
  readonly rebalancing: boolean;
  readonly rules: GroupRules;
  /** Whether members that join are to take their image from the single management object. */
  readonly autoClone: 'on' | 'off';
  readonly distribution: Distribution;
  readonly nextDistribution: NextDistribution;
  /** Under load until then, in ms since the epoch; 0: not under load. */
  readonly culOffAt: number;
  readonly deferral: Deferral;
  /** States of members are frozen until then, in ms since the epoch; 0: they are not. */
  readonly frozenUntil: number;
  readonly install: Install;
  /** The last installation that was given up, by the version of its commit; version 0: none was. */
  readonly givenUp: { readonly reason: string; readonly version: number };
  /** By release; [] where releases make no difference. */
  readonly policies: readonly ReleasePolicy[];
  /** Hash of the policy that was last installed; '' for the one members came up with. */
  readonly policyHash: string;
  /** No spare could be assigned for the load, which has been said. */
  readonly autoscaleRefused?: boolean;
}

/** Fields in the order in which a state is read back from its canonical form, so that both are of one shape. */
export const initialState: SecurityGroupState = {
  active: [],
  autoClone: 'off',
  backup: [],
  culOffAt: 0,
  deferral: NO_DEFERRAL,
  distribution: AS_CONFIGURED,
  epoch: [],
  frozenUntil: 0,
  givenUp: { reason: '', version: 0 },
  install: NO_INSTALL,
  joining: [],
  joiningSince: [],
  members: [],
  nextDistribution: NO_CHANGE,
  orchestrators: [],
  placement: 'spread',
  policies: [],
  policyHash: '',
  rebalancing: false,
  requireInStep: true,
  rules: NO_RULES,
  smo: 0,
  version: 0,
};

type Modes = Pick<Distribution, 'inside' | 'outside'>;

/** How the whole group spreads, by the vendor's words. */
export const DISTRIBUTIONS: ReadonlyMap<string, Modes> = new Map([
  ['auto-topology', { inside: 'user', outside: 'network' }],
  ['manual-general', { inside: 'general', outside: 'general' }],
]);

/** The vendor's word for how the whole group spreads. */
export function distributionWord({ inside, outside }: Modes): string {
  for (const [word, of] of DISTRIBUTIONS) if (of.inside === inside && of.outside === outside) return word;
  return 'per interface';
}

/** Number of a member id in the slot table, from 1; 0 when the group has no such member. */
export function memberNumber(state: SecurityGroupState, id: string): number {
  return state.members.findIndex((m) => m.id === id) + 1;
}

/** Id of a member number; '' for 0. */
export function memberOf(state: SecurityGroupState, number: number): string {
  return state.members[number - 1]?.id ?? '';
}

/** Numbers of the active members, rising. */
export function activeMembers(state: SecurityGroupState): number[] {
  const numbers: number[] = [];
  state.members.forEach((m, i) => {
    if (m.status === 'active') numbers.push(i + 1);
  });
  return numbers;
}

/** Ranks of the releases that members serve with, rising. */
export function ranksServing(state: SecurityGroupState): number[] {
  const ranks = state.members.flatMap((m) => (m.status === 'active' && m.rank !== undefined ? [m.rank] : []));
  return [...new Set(ranks)].sort((a, b) => a - b);
}

/**
 * Hash of what a member of this rank (0: of none) is to enforce, '' for what it came up with; undefined: no policy was
 * made for its release (fidelity: F-POLICY-RELEASE).
 */
export function policyFor(state: SecurityGroupState, rank: number): string | undefined {
  if (rank === 0 || state.policies.length === 0) return state.policyHash;
  return state.policies.find((p) => p.rank === rank)?.hash;
}

/** It is cabled and in no group, so it is none of the members that are counted. */
export function isDetached(member: Member): boolean {
  return member.spare === 'free';
}

/** Nothing speaks against this member's serving: the operator wants it, and no critical device has a problem. */
export function isFit(member: Member): boolean {
  const { status, admin, problems, spare } = member;
  return status === 'active' && admin === 'up' && problems.length === 0 && spare !== 'leaving';
}

/** Share of the group that is fit to serve, in percent, by weight, or by number where nobody has one. */
export function servingPercent(state: SecurityGroupState): number {
  const members = state.members.filter((m) => !isDetached(m));
  const isWeighed = members.some(({ weight }) => weight > 0);
  let [all, fit] = [0, 0];
  for (const member of members) {
    const weight = isWeighed ? member.weight : 1;
    all += weight;
    if (isFit(member)) fit += weight;
  }
  return all === 0 ? 0 : Math.floor((100 * fit) / all);
}

/**
 * Numbers of the members that are to hold slots and copies, rising: the fit ones, or, where none is
 * fit, all that are active, since a member with a problem is better than none. fidelity: F-ACTIVE-ALONE
 */
export function holders(state: SecurityGroupState): number[] {
  const fit: number[] = [];
  state.members.forEach((m, i) => {
    if (isFit(m)) fit.push(i + 1);
  });
  return fit.length > 0 ? fit : activeMembers(state);
}

/** Whether an active member is to hand everything over: it is not fit, and somebody else is. */
export function isLeaving(state: SecurityGroupState, number: number): boolean {
  const member = state.members[number - 1];
  return member !== undefined && member.status === 'active' && !isFit(member) && state.members.some(isFit);
}

/** Slots that have an active member but no backup. */
export function exposedSlots(state: SecurityGroupState): number[] {
  const slots: number[] = [];
  for (let slot = 0; slot < state.active.length; slot++) {
    if (state.active[slot] !== 0 && state.backup[slot] === 0) slots.push(slot);
  }
  return slots;
}

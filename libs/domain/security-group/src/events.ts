import { z } from 'zod';
import {
  deferrable,
  distributionMode,
  evidence,
  groupConfig,
  groupRules,
  memberId,
  orchestratorId,
  policyRelease,
  problemName,
  silenceReasons,
} from './inputs.js';

const whole = z.int().min(0);

/**
 * Every event carries the version of its commit, so that the folded state knows its own version
 * after any commit, also one that refuses. It is the version of the stream and of the table.
 */
const version = z.int().min(1);

/**
 * Hash of the slot table as it is after the *whole* commit. Found in the first event of each commit
 * that changes the table; whoever folds the commit and gets another hash has to stop.
 */
const tableHash = z.string();

const slots = z.array(whole);

/** Of which release the members are that a policy is for; absent: all, since releases make no difference. */
const release = policyRelease.optional();

/** Rows of `[member number, slot, slot, …]`. */
export const slotsByMember = z.array(z.array(whole).min(2));

export const configured = z.strictObject({ type: z.literal('Configured'), version, tableHash, config: groupConfig });
export const configureIgnored = z.strictObject({ type: z.literal('ConfigureIgnored'), version, reason: z.string() });
export const configureRefused = z.strictObject({ type: z.literal('ConfigureRefused'), version, reason: z.string() });

/** The member may hold slots from now on. Opens a rebalancing that lasts until `GroupBalanced`. */
export const memberJoined = z.strictObject({
  type: z.literal('MemberJoined'),
  version,
  tableHash,
  member: memberId,
  incarnation: z.int().min(1),
  /** It comes in with these because nobody else can serve; absent: none. */
  problems: z.array(problemName).optional(),
  rank: z.int().min(1).optional(),
  mixes: z.boolean().optional(),
  evidence,
});

/** The member could serve, and does not, because members of another release do. */
export const memberHeld = z.strictObject({
  type: z.literal('MemberHeld'),
  version,
  member: memberId,
  incarnation: z.int().min(1),
  rank: z.int().min(1),
  reason: z.string(),
});

/** The member serves nothing from now on; its copies are gone. */
export const memberLost = z.strictObject({
  type: z.literal('MemberLost'),
  version,
  tableHash,
  member: memberId,
  incarnation: z.int().min(1),
  reason: z.enum(silenceReasons),
  evidence,
});

/** Slots nobody owned go to these members: the first to join, or to return after `GroupDown`. */
export const slotsAssigned = z.strictObject({ type: z.literal('SlotsAssigned'), version, to: slotsByMember });

/** The backups, in step, become the active members of the lost member's slots. */
export const slotsTakenOver = z.strictObject({ type: z.literal('SlotsTakenOver'), version, by: slotsByMember });

/**
 * No copy in step was left: what these slots held is lost with `was`. They go on, empty, at `to`
 * (member number 0: nobody is left). `connections` is all that the lost member last reported to
 * hold, in these and other slots, where it is known.
 */
export const slotsOrphaned = z.strictObject({
  type: z.literal('SlotsOrphaned'),
  version,
  was: memberId,
  to: slotsByMember,
  connections: whole.optional(),
});

/** The member holds these slots in step and is their backup now; the one before drops its copy. */
export const backupsInStep = z.strictObject({
  type: z.literal('BackupsInStep'),
  version,
  tableHash,
  member: memberId,
  incarnation: z.int().min(1),
  slots,
});

/** Without `requireInStep`: copies count as backups the moment they are chosen. */
export const backupsAssumed = z.strictObject({ type: z.literal('BackupsAssumed'), version, copies: slotsByMember });

/** Active and backup change places. */
export const slotsSwapped = z.strictObject({ type: z.literal('SlotsSwapped'), version, slots });

/**
 * All copies under way after this commit (not only the new ones) and all slots without a backup.
 * Complete, so that a receiver that missed one is right again with the next.
 */
export const copiesChosen = z.strictObject({
  type: z.literal('CopiesChosen'),
  version,
  reason: z.enum(['joined', 'lost', 'inStep', 'leaving', 'returned']),
  /** The member whose coming, going or catching up led to this choice. */
  member: memberId,
  copies: slotsByMember,
  exposed: slots,
});

export const inStepRefused = z.strictObject({
  type: z.literal('InStepRefused'),
  version,
  member: memberId,
  incarnation: z.int().min(1),
  slots,
  reason: z.string(),
});

/** Every member holds its share and every copy is where the placement wants it. */
export const groupBalanced = z.strictObject({ type: z.literal('GroupBalanced'), version });

/** The last member is lost: nobody serves. */
export const groupDown = z.strictObject({ type: z.literal('GroupDown'), version });

/** The single management object is the lowest-numbered active member; '' when there is none. */
export const smoChanged = z.strictObject({
  type: z.literal('SmoChanged'),
  version,
  smo: z.union([memberId, z.literal('')]),
});

export const orchestratorJoined = z.strictObject({
  type: z.literal('OrchestratorJoined'),
  version,
  orchestrator: orchestratorId,
  incarnation: z.int().min(1),
  evidence,
});

export const orchestratorLost = z.strictObject({
  type: z.literal('OrchestratorLost'),
  version,
  orchestrator: orchestratorId,
  incarnation: z.int().min(1),
  reason: z.enum(silenceReasons),
  evidence,
});

/** What the operator wants of the member. Down: it hands its slots over and holds no copies; up: it may join. */
export const adminSet = z.strictObject({
  type: z.literal('AdminSet'),
  version,
  tableHash,
  member: memberId,
  state: z.enum(['up', 'down']),
});
export const adminIgnored = z.strictObject({
  type: z.literal('AdminIgnored'),
  version,
  member: memberId,
  state: z.enum(['up', 'down']),
  reason: z.string(),
});
export const adminRefused = z.strictObject({
  type: z.literal('AdminRefused'),
  version,
  member: memberId,
  state: z.enum(['up', 'down']),
  reason: z.string(),
});

/** The spare is a member from now on: it boots into the group. With the load that led to it, where it was no operator. */
export const spareAssigned = z.strictObject({
  type: z.literal('SpareAssigned'),
  version,
  member: memberId,
  reason: z.enum(['operator', 'load']),
  evidence,
});
/** A member that was a spare hands over what it holds; then it is detached. */
export const spareLeaving = z.strictObject({ type: z.literal('SpareLeaving'), version, tableHash, member: memberId });
/** It is in no group any more. */
export const spareDetached = z.strictObject({ type: z.literal('SpareDetached'), version, member: memberId });
export const spareRefused = z.strictObject({
  type: z.literal('SpareRefused'),
  version,
  /** '' where none was named. */
  member: z.union([memberId, z.literal('')]),
  wanted: z.enum(['assigned', 'detached']),
  by: z.enum(['operator', 'load']),
  reason: z.string(),
});

/** What the operator wants of images when members join. */
export const autoCloneSet = z.strictObject({
  type: z.literal('AutoCloneSet'),
  version,
  state: z.enum(['on', 'off']),
});
export const autoCloneIgnored = z.strictObject({
  type: z.literal('AutoCloneIgnored'),
  version,
  state: z.enum(['on', 'off']),
  reason: z.string(),
});

/** What the group decides by from here on. */
export const rulesSet = z.strictObject({
  type: z.literal('RulesSet'),
  version,
  rules: groupRules,
  requireInStep: z.boolean(),
});
export const rulesIgnored = z.strictObject({ type: z.literal('RulesIgnored'), version, reason: z.string() });

const modes = { inside: distributionMode, outside: distributionMode };

/**
 * Packets will be spread otherwise. From here on orchestrators let nothing more in; once all of it is answered, members
 * tell one another by which slots the packets of open connections will come in. Until `DistributionChanged`.
 */
export const distributionChanging = z.strictObject({
  type: z.literal('DistributionChanging'),
  version,
  ...modes,
  waiting: z.array(memberId),
});
/** All that is at home at this member is known where the next distribution needs it. */
export const distributionReady = z.strictObject({
  type: z.literal('DistributionReady'),
  version,
  member: memberId,
  incarnation: z.int().min(1),
});
/** Whoever reads this spreads by these modes from now on. */
export const distributionChanged = z.strictObject({ type: z.literal('DistributionChanged'), version, ...modes });
export const distributionIgnored = z.strictObject({
  type: z.literal('DistributionIgnored'),
  version,
  ...modes,
  reason: z.string(),
});
export const distributionRefused = z.strictObject({
  type: z.literal('DistributionRefused'),
  version,
  ...modes,
  reason: z.string(),
});

/** The member's critical devices with a problem, all of them. With one it leaves while anybody else can serve. */
export const memberReported = z.strictObject({
  type: z.literal('MemberReported'),
  version,
  tableHash,
  member: memberId,
  incarnation: z.int().min(1),
  problems: z.array(problemName),
  mixes: z.boolean().optional(),
});

/** The member handed everything over and is out; nothing it held is lost. */
export const memberDrained = z.strictObject({
  type: z.literal('MemberDrained'),
  version,
  tableHash,
  member: memberId,
  incarnation: z.int().min(1),
  reason: z.enum(['admin', 'pnote']),
});

/** The group is under load: deaths by silence are damped until `CulStopped`. Codes as the vendor's log has them. */
export const culStarted = z.strictObject({
  type: z.literal('CulStarted'),
  version,
  member: memberId,
  percent: whole,
  thresholdPercent: whole,
  /** Of the loaded member's own log line, and of the others'. */
  code: z.string(),
  remoteCode: z.string(),
  /** ms since the epoch; over then unless a load is reported again. */
  offAt: whole,
});
export const culExtended = z.strictObject({
  type: z.literal('CulExtended'),
  version,
  member: memberId,
  percent: whole,
  offAt: whole,
});
export const culStopped = z.strictObject({ type: z.literal('CulStopped'), version, code: z.string() });

/** States of members do not change until `StateThawed`. */
export const stateFrozen = z.strictObject({
  type: z.literal('StateFrozen'),
  version,
  reason: z.enum(['command', 'policyInstall']),
  /** ms since the epoch. */
  until: whole,
});
export const stateThawed = z.strictObject({ type: z.literal('StateThawed'), version });

/** Stage one: members fetch the policy from `smo` and check it. Those of other releases keep it for those it is for. */
export const policyInstallStarted = z.strictObject({
  type: z.literal('PolicyInstallStarted'),
  version,
  hash: z.string(),
  release,
  smo: memberId,
  waiting: z.array(memberId),
  /** ms since the epoch: given up then. */
  until: whole,
  deferrable,
});
/** Stage two: this member waits for the others. */
export const policyReady2Finish = z.strictObject({
  type: z.literal('PolicyReady2Finish'),
  version,
  member: memberId,
  hash: z.string(),
});
/** Stage three: who reads this enforces it from now on, for new connections. */
export const policyInstalled = z.strictObject({
  type: z.literal('PolicyInstalled'),
  version,
  hash: z.string(),
  release,
});
/** Everybody keeps the policy there was. */
export const policyInstallAborted = z.strictObject({
  type: z.literal('PolicyInstallAborted'),
  version,
  hash: z.string(),
  release,
  reason: z.string(),
});
export const policyInstallRefused = z.strictObject({
  type: z.literal('PolicyInstallRefused'),
  version,
  hash: z.string(),
  release,
  reason: z.string(),
});

/** The group is below full capacity: until `DeferralEnded` members let no connection begin by these rules of the policy. */
export const deferralBegan = z.strictObject({
  type: z.literal('DeferralBegan'),
  version,
  /** Of the group by weight that serves, in percent, and what it is to be at least. */
  sharePercent: whole,
  belowPercent: whole,
  rules: z.array(z.string()),
});
/** Connections begin by every rule again. */
export const deferralEnded = z.strictObject({ type: z.literal('DeferralEnded'), version, sharePercent: whole });

export const securityGroupEvent = z.discriminatedUnion('type', [
  configured,
  configureIgnored,
  configureRefused,
  memberJoined,
  memberHeld,
  memberLost,
  slotsAssigned,
  slotsTakenOver,
  slotsOrphaned,
  backupsInStep,
  backupsAssumed,
  slotsSwapped,
  copiesChosen,
  inStepRefused,
  groupBalanced,
  groupDown,
  smoChanged,
  orchestratorJoined,
  orchestratorLost,
  adminSet,
  adminIgnored,
  adminRefused,
  spareAssigned,
  spareLeaving,
  spareDetached,
  spareRefused,
  autoCloneSet,
  autoCloneIgnored,
  rulesSet,
  rulesIgnored,
  distributionChanging,
  distributionReady,
  distributionChanged,
  distributionIgnored,
  distributionRefused,
  memberReported,
  memberDrained,
  culStarted,
  culExtended,
  culStopped,
  stateFrozen,
  stateThawed,
  policyInstallStarted,
  policyReady2Finish,
  policyInstalled,
  policyInstallAborted,
  policyInstallRefused,
  deferralBegan,
  deferralEnded,
]);

export type SlotsByMember = z.infer<typeof slotsByMember>;
export type PolicyInstalled = z.infer<typeof policyInstalled>;
export type CopiesChosen = z.infer<typeof copiesChosen>;
export type SecurityGroupEvent = z.infer<typeof securityGroupEvent>;

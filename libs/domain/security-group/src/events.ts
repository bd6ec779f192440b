import { z } from 'zod';
import { evidence, groupConfig, memberId, orchestratorId, silenceReasons } from './inputs.js';

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
  evidence,
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
  reason: z.enum(['joined', 'lost', 'inStep']),
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

export const securityGroupEvent = z.discriminatedUnion('type', [
  configured,
  configureIgnored,
  configureRefused,
  memberJoined,
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
]);

export type SlotsByMember = z.infer<typeof slotsByMember>;
export type CopiesChosen = z.infer<typeof copiesChosen>;
export type SecurityGroupEvent = z.infer<typeof securityGroupEvent>;

import { z } from 'zod';

const whole = z.int().min(0);
const incarnation = z.int().min(1);

/** `site_member`, for example `1_03`. */
export const memberId = z.string().regex(/^[1-9]\d*_\d{2,}$/, 'expected a member id such as 1_03');
/** `site_orchestrator`, for example `1_1`. */
export const orchestratorId = z.string().regex(/^[1-9]\d*_[1-9]\d*$/, 'expected an orchestrator id such as 1_1');

/** Integers that say why a sensor believes what it reports, for example `{missed: 3, silentMs: 312}`. */
export const evidence = z.record(z.string().min(1), z.int());

/**
 * `announced`: it said that it stops; `pnote`: its data plane died while it still speaks; `admin`: an operator
 * took the last one out by force. The others are detected.
 */
export const silenceReasons = ['silence', 'socket', 'replaced', 'announced', 'pnote', 'admin'] as const;

/** Name of a critical device, for example `Fullsync` or `Interface Active Check`. */
export const problemName = z.string().min(1).max(64);

const observation = { id: z.string().min(1), at: whole, from: z.literal('observation') };
const command = { id: z.string().min(1), at: whole, from: z.literal('command') };
/** Of an operator, or of a procedure that acts for one. */
const order = { id: z.string().min(1), at: whole, from: z.enum(['command', 'intent']) };
const intent = { id: z.string().min(1), at: whole, from: z.literal('intent') };
const deadline = { id: z.string().min(1), at: whole, from: z.literal('deadline') };

/** How packets that come in at an interface are spread (fidelity: F-DIST-MODE). */
export const distributionMode = z.enum(['general', 'user', 'network']);

/** Names of the rules of a policy that are not critical; absent where it has none. */
export const deferrable = z.array(z.string().min(1)).min(1).optional();

/** Times and thresholds that the group decides by. */
export const groupRules = z.strictObject({
  /** fidelity: F-ADMIN-DRAIN; false is the negative control: whoever is taken down is lost at once. */
  drain: z.boolean(),
  /** fidelity: F-CUL-THRESHOLD; 0: processor load changes nothing. */
  culThresholdPercent: whole.max(100),
  /** fidelity: F-CUL-OFF */
  culOffMs: z.int().min(1),
  /** fidelity: F-FREEZE-INSTALL; 0: installing a policy freezes nothing. */
  freezeOnInstallMs: whole,
  /** fidelity: F-POLICY-LOCKSTEP; false is the negative control: each member enforces as soon as it can. */
  lockstep: z.boolean(),
  /** fidelity: F-POLICY-WITHIN */
  installWithinMs: z.int().min(1),
  /** fidelity: F-DEFER-BELOW; 0: nothing is deferred; absent: as DEFERS_BELOW_PERCENT has it. */
  deferBelowPercent: whole.max(100).optional(),
  /** A spare is assigned by itself when the mean processor load was above this for so long. fidelity: F-AUTOSCALE; absent: never. */
  autoscale: z.strictObject({ cpuPercent: z.int().min(1).max(100), forMs: whole }).optional(),
});

/** Every setting that decides, recorded at version 1 of the stream. */
export const groupConfig = z.strictObject({
  /** In id order; a member's number in the slot table is its place here, from 1. */
  members: z
    .array(
      z.strictObject({
        id: memberId,
        weight: z.int().min(0).max(65_535),
        /** Cabled, and in the group only while it is assigned to it. */
        spare: z.literal(true).optional(),
      }),
    )
    .min(1)
    .max(1_000)
    .refine((members) => new Set(members.map((m) => m.id)).size === members.length, 'a member is named twice'),
  orchestrators: z
    .array(orchestratorId)
    .max(64)
    .refine((ids) => new Set(ids).size === ids.length, 'an orchestrator is named twice'),
  /** fidelity: F-DIST-SLOTS */
  slots: z.int().min(1).max(65_537),
  /** fidelity: F-DIST-PLACEMENT */
  placement: z.enum(['pairs', 'spread']),
  /** false is the negative control: a chosen copy counts as a backup before it holds anything. fidelity: F-HYPERSYNC-IN-STEP */
  requireInStep: z.boolean(),
  /** How the fabric spreads until an operator says otherwise; logs of older versions do not say. */
  interfaces: z.strictObject({ inside: distributionMode, outside: distributionMode }).optional(),
  /** Whether members that boot take their image from the single management object; absent: off. */
  autoClone: z.enum(['on', 'off']).optional(),
  /** Of the policy that members come up with. */
  deferrable,
  rules: groupRules,
});

export const configure = z.strictObject({ ...command, type: z.literal('configure'), config: groupConfig });

/** A member that is ready to serve asks in, or a new incarnation of an active one shows up. */
export const memberSeen = z.strictObject({
  ...observation,
  type: z.literal('memberSeen'),
  member: memberId,
  incarnation,
  /** Who heard it. */
  orchestrator: orchestratorId,
  /**
   * Table version the member had folded when it asked. Needed only to come back with the same
   * incarnation: it proves that the member has read its own loss.
   */
  version: whole.optional(),
  /** Critical devices that keep it from serving while anybody else can. */
  problems: z.array(problemName).optional(),
  /** Of its release: a newer one has a higher rank. Absent where releases make no difference. */
  rank: z.int().min(1).optional(),
  /** It may serve beside members of another rank; no without a rank. */
  mixes: z.boolean().optional(),
  /** `connections`: what the incarnation that is replaced, if any, last reported to hold. */
  evidence,
});

/** A member is no longer heard. */
export const memberSilent = z.strictObject({
  ...observation,
  type: z.literal('memberSilent'),
  member: memberId,
  /** The incarnation that fell silent; any other than the active one is stale evidence. */
  incarnation,
  reason: z.enum(silenceReasons),
  /** Table version the proposer had folded; evidence from before the member joined is stale. */
  version: whole.optional(),
  /** `connections`: what the member last reported to hold. */
  evidence,
});

/** A joining member holds everything the active member holds of these slots. */
export const inStep = z.strictObject({
  ...intent,
  type: z.literal('inStep'),
  member: memberId,
  incarnation,
  /** The member that the copy was made from. */
  active: memberId,
  activeIncarnation: incarnation,
  slots: z.array(whole).min(1),
  /** Table version under which the active member began this copy. */
  version: whole,
});

export const orchestratorSeen = z.strictObject({
  ...observation,
  type: z.literal('orchestratorSeen'),
  orchestrator: orchestratorId,
  incarnation,
  evidence,
});

export const orchestratorSilent = z.strictObject({
  ...observation,
  type: z.literal('orchestratorSilent'),
  orchestrator: orchestratorId,
  incarnation,
  reason: z.enum(silenceReasons),
  evidence,
});

/** The critical devices of an active member that report a problem, all of them; [] when there is none any more. */
export const memberReported = z.strictObject({
  ...observation,
  type: z.literal('memberReported'),
  member: memberId,
  incarnation,
  orchestrator: orchestratorId,
  problems: z.array(problemName),
  /** It may serve beside members of another release, or no more; absent where releases make no difference. */
  mixes: z.boolean().optional(),
});

/** A member that was told to leave has handed over, and nothing it sent or answered is on its way any more. */
export const memberDrained = z.strictObject({
  ...observation,
  type: z.literal('memberDrained'),
  member: memberId,
  incarnation,
  orchestrator: orchestratorId,
  /** Table version the member had folded when it said so. */
  version: whole,
});

/** An operator takes a member out of service, or lets it in again. */
export const setAdmin = z.strictObject({
  ...order,
  type: z.literal('setAdmin'),
  member: memberId,
  state: z.enum(['up', 'down']),
  /** Also where nobody else can serve: then the group goes down. */
  force: z.boolean().optional(),
  /** What the operator gave as the reason, for who reads the log. */
  why: z.string().min(1).max(200).optional(),
});

/** An operator has a spare appliance become a member; which one, the group chooses where none is named. */
export const assignSpare = z.strictObject({
  ...order,
  type: z.literal('assignSpare'),
  member: memberId.optional(),
  why: z.string().min(1).max(200).optional(),
});

/** And one that was assigned leave again; the one that came last where none is named. */
export const detachSpare = z.strictObject({
  ...order,
  type: z.literal('detachSpare'),
  member: memberId.optional(),
  why: z.string().min(1).max(200).optional(),
});

/** The mean processor load of the active members has been above the threshold for so long. */
export const loadLasted = z.strictObject({
  ...observation,
  type: z.literal('loadLasted'),
  orchestrator: orchestratorId,
  percent: whole,
  lastedMs: whole,
});

/** Whether members that join take their image from the single management object. */
export const setAutoClone = z.strictObject({
  ...order,
  type: z.literal('setAutoClone'),
  state: z.enum(['on', 'off']),
  /** What the operator gave as the reason, for who reads the log. */
  why: z.string().min(1).max(200).optional(),
});

/** What the group decides by is to be otherwise from now on. */
export const setRules = z.strictObject({
  ...command,
  type: z.literal('setRules'),
  rules: groupRules,
  requireInStep: z.boolean(),
});

/** An operator wants packets spread otherwise, while the fabric is up. */
export const setDistribution = z.strictObject({
  ...command,
  type: z.literal('setDistribution'),
  inside: distributionMode,
  outside: distributionMode,
  /** What the operator gave as the reason, for who reads the log. */
  why: z.string().min(1).max(200).optional(),
});

/** Every connection at home at the member is known, and backed up, wherever the next distribution will bring its packets in. */
export const distributionReady = z.strictObject({
  ...observation,
  type: z.literal('distributionReady'),
  member: memberId,
  incarnation,
  orchestrator: orchestratorId,
  /** Table version the member had folded when that was so. */
  version: whole,
});

/** A member reports a processor load above the threshold. */
export const loadReported = z.strictObject({
  ...observation,
  type: z.literal('loadReported'),
  member: memberId,
  incarnation,
  orchestrator: orchestratorId,
  percent: whole,
});

/** No state of a member changes for so long. */
export const freeze = z.strictObject({
  ...command,
  type: z.literal('freeze'),
  forMs: z.int().min(1).max(3_600_000),
});

/** A release that a policy is made for: members of others keep what they enforce (fidelity: F-POLICY-RELEASE). */
export const policyRelease = z.strictObject({
  rank: z.int().min(1),
  /** `R81.20` */
  name: z.string().min(1).max(32),
});

/** A policy that the single management object holds is to be enforced by all, or by all of one release. */
export const installPolicy = z.strictObject({
  ...order,
  type: z.literal('installPolicy'),
  /** SHA-256 of the policy as canonical JSON. */
  hash: z.string().min(1),
  /** Who holds it and hands it out; absent: whoever is the single management object, since all hold it. */
  smo: memberId.optional(),
  /** Absent where releases make no difference. `runs`: members that have booted it, whether they serve or not. */
  release: policyRelease.extend({ runs: z.array(memberId) }).optional(),
  deferrable,
  /** For who reads the log. */
  why: z.string().min(1).max(200).optional(),
});

/** A member has fetched and checked the policy and could enforce it at once. */
export const policyReady = z.strictObject({
  ...observation,
  type: z.literal('policyReady'),
  member: memberId,
  incarnation,
  orchestrator: orchestratorId,
  hash: z.string().min(1),
});

export const culTimeUp = z.strictObject({ ...deadline, type: z.literal('culTimeUp') });
export const freezeTimeUp = z.strictObject({ ...deadline, type: z.literal('freezeTimeUp') });
export const installTimeUp = z.strictObject({ ...deadline, type: z.literal('installTimeUp') });

export const securityGroupInput = z.discriminatedUnion('type', [
  configure,
  memberSeen,
  memberSilent,
  inStep,
  orchestratorSeen,
  orchestratorSilent,
  memberReported,
  memberDrained,
  setAdmin,
  assignSpare,
  detachSpare,
  loadLasted,
  setAutoClone,
  setRules,
  setDistribution,
  distributionReady,
  loadReported,
  freeze,
  installPolicy,
  policyReady,
  culTimeUp,
  freezeTimeUp,
  installTimeUp,
]);

export type GroupConfig = z.infer<typeof groupConfig>;
export type Evidence = z.infer<typeof evidence>;
export type SilenceReason = (typeof silenceReasons)[number];
export type GroupRules = z.infer<typeof groupRules>;
export type MemberReported = z.infer<typeof memberReported>;
export type MemberDrained = z.infer<typeof memberDrained>;
export type SetAdmin = z.infer<typeof setAdmin>;
export type AssignSpare = z.infer<typeof assignSpare>;
export type DetachSpare = z.infer<typeof detachSpare>;
export type LoadLasted = z.infer<typeof loadLasted>;
export type SetAutoClone = z.infer<typeof setAutoClone>;
export type SetRules = z.infer<typeof setRules>;
export type DistributionMode = z.infer<typeof distributionMode>;
export type SetDistribution = z.infer<typeof setDistribution>;
export type DistributionReady = z.infer<typeof distributionReady>;
export type LoadReported = z.infer<typeof loadReported>;
export type Freeze = z.infer<typeof freeze>;
export type PolicyRelease = z.infer<typeof policyRelease>;
export type InstallPolicy = z.infer<typeof installPolicy>;
export type PolicyReady = z.infer<typeof policyReady>;
export type TimeUp = z.infer<typeof culTimeUp> | z.infer<typeof freezeTimeUp> | z.infer<typeof installTimeUp>;
export type Configure = z.infer<typeof configure>;
export type MemberSeen = z.infer<typeof memberSeen>;
export type MemberSilent = z.infer<typeof memberSilent>;
export type InStep = z.infer<typeof inStep>;
export type OrchestratorSeen = z.infer<typeof orchestratorSeen>;
export type OrchestratorSilent = z.infer<typeof orchestratorSilent>;
export type SecurityGroupInput = z.infer<typeof securityGroupInput>;

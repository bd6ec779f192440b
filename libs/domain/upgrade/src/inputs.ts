import { packageFields, software } from '@rehearsal/software';
import { z } from 'zod';

const whole = z.int().min(0);
const command = { id: z.string().min(1), at: whole, from: z.literal('command') };
const observation = { id: z.string().min(1), at: whole, from: z.literal('observation') };
const why = z.string().min(1).max(200).optional();
const id = z.string().min(1).max(32);

/** `zero-downtime` keeps every connection, `minimum-downtime` drops them at one switch (fidelity: F-UPGRADE-METHODS). */
export const method = z.enum(['zero-downtime', 'minimum-downtime']);

/** What gates ask, and by how many connections of each service. */
export const plannedProbes = z.strictObject({
  services: z.array(z.string().min(1)).min(1),
  perService: z.int().min(1),
});

export const upgradePlan = z.strictObject({
  method,
  package: z.strictObject(packageFields),
  /** One that goes first, alone; '' where none does. */
  canary: z.union([id, z.literal('')]),
  /** Members in the order in which they are upgraded, group by group. */
  groups: z.array(z.array(id).min(1)).min(1),
  /** Orchestrators, one after the other, before or after the members; none where the list is empty. */
  orchestrators: z.array(id),
  orchestratorsFirst: z.boolean(),
  /** Members that serve are never less than this share of the group by weight, in percent. */
  capacityFloorPercent: whole.max(100),
  /** Also where a group of one is left, whose slots have no backup. */
  mayLoseBackups: z.boolean(),
  /** A step that has not come to its end after this long stops the upgrade. */
  stepLimitMs: z.int().min(1),
  /** Between groups applications are looked at through the fabric, for so long at most; 0: they are not. */
  gateMs: whole,
  /** Absent: gates only look. */
  probes: plannedProbes.optional(),
  /** ms since the epoch at which the maintenance window closes; 0: there is none. */
  closesAt: whole,
});

/** How a member is, as the logs of the group and of its software tell it. */
export const memberSight = z.strictObject({
  id,
  weight: whole,
  admin: z.enum(['up', 'down']),
  /** By the group: it may hold slots. */
  active: z.boolean(),
  /** Active, and nothing speaks against it. */
  serves: z.boolean(),
  runs: software,
  boots: software,
  working: z.boolean(),
  /** Why its last work failed; '' where it did not. */
  failure: z.string(),
  /** When: version of the commit in the log of its software; 0 for never. */
  failedAt: whole,
  mvc: z.boolean(),
  snapshots: z.array(z.string()),
});

export const orchestratorSight = z.strictObject({
  id,
  active: z.boolean(),
  runs: software,
  boots: software,
  working: z.boolean(),
  failure: z.string(),
  failedAt: whole,
});

/** How applications fare through the fabric since a step began, as the outside world sees its connections. */
export const probe = z.strictObject({
  forMs: whole,
  /** By service: connections that are open, that had an answer since, and that wait for one for too long. */
  services: z.array(z.strictObject({ service: z.string(), open: whole, answered: whole, stuck: whole })),
  /** How long the longest connection over TCP has been open, and whether it had an answer since. */
  longest: z.strictObject({ service: z.string(), openMs: whole, answered: z.boolean() }).nullable(),
  /** By service, what became of connections that were opened to ask: at whom they were not answered, and why. */
  asked: z
    .array(
      z.strictObject({
        service: z.string(),
        asked: whole,
        answered: whole,
        slowestMs: whole,
        unansweredAt: z.array(z.string()),
        reason: z.string(),
      }),
    )
    .optional(),
  /** The connection over TCP that was opened when the upgrade began, and sends on: for how long it has waited for a packet. */
  flow: z
    .strictObject({ service: z.string(), at: z.string(), openMs: whole, silentMs: whole, reason: z.string() })
    .optional(),
});

/** Policies, as the log of the group tells of them; its versions. */
export const policySight = z.strictObject({
  /** Of the one that was installed last. */
  hash: z.string(),
  /** Names of its rules whose new connections may wait; absent where none is. */
  deferrable: z.array(z.string()).optional(),
  installed: z.array(z.strictObject({ rank: z.int().min(1), since: whole })),
  /** Why the last installation that was given up was, and when; '' and 0 for never. */
  failure: z.string(),
  failedAt: whole,
  /** States of members do not change just now, as they may not while policy is installed. */
  frozen: z.boolean(),
  /** Of the log. */
  version: whole,
});

/** The fabric at one moment. */
export const sight = z.strictObject({
  members: z.array(memberSight),
  orchestrators: z.array(orchestratorSight),
  /** Slots without a backup in step, and those that are being copied. */
  exposed: whole,
  copying: whole,
  balanced: z.boolean(),
  autoClone: z.enum(['on', 'off']),
  /** A policy is on its way to the members. */
  installingPolicy: z.boolean(),
  /** Number of the package at `installer`; 0 while it is not imported. */
  package: whole,
  verified: z.array(id),
  /** Only where a gate asks for it. */
  probe: probe.optional(),
  /** Absent in logs from before policies were of a release. */
  policy: policySight.optional(),
});

export const startUpgrade = z.strictObject({
  ...command,
  type: z.literal('startUpgrade'),
  plan: upgradePlan,
  sight,
  why,
});
export const pauseUpgrade = z.strictObject({ ...command, type: z.literal('pauseUpgrade'), why });
export const resumeUpgrade = z.strictObject({
  ...command,
  type: z.literal('resumeUpgrade'),
  sight,
  /** What gates ask from now on; null: they only look. Absent: what they asked before. */
  probes: plannedProbes.nullable().optional(),
  why,
});
/** Nothing more is begun; what is down stays down. */
export const abortUpgrade = z.strictObject({ ...command, type: z.literal('abortUpgrade'), why });
/** All that was upgraded goes back to what it ran before, group by group. */
export const rollBack = z.strictObject({
  ...command,
  type: z.literal('rollBack'),
  sight,
  /** Uplinks are bonded by LACP: then a release cannot be gone back from (fidelity: F-DOWNGRADE-LACP). */
  lacpUplinks: z.boolean(),
  why,
});

/** What the conductor sees; said once a second while an upgrade runs. */
export const observed = z.strictObject({ ...observation, type: z.literal('observed'), sight });
/** A message that followed from a step was refused by who decides there. */
export const stepRefused = z.strictObject({
  ...observation,
  type: z.literal('stepRefused'),
  /** Version of the commit that the message followed from. */
  of: z.int().min(1),
  reason: z.string().min(1).max(300),
});
export const stepTimeUp = z.strictObject({
  id: z.string().min(1),
  at: whole,
  from: z.literal('deadline'),
  type: z.literal('stepTimeUp'),
});

export const upgradeInput = z.discriminatedUnion('type', [
  startUpgrade,
  pauseUpgrade,
  resumeUpgrade,
  abortUpgrade,
  rollBack,
  observed,
  stepRefused,
  stepTimeUp,
]);

export type UpgradePlan = z.infer<typeof upgradePlan>;
export type MemberSight = z.infer<typeof memberSight>;
export type OrchestratorSight = z.infer<typeof orchestratorSight>;
export type Probe = z.infer<typeof probe>;
export type Sight = z.infer<typeof sight>;
export type StartUpgrade = z.infer<typeof startUpgrade>;
export type PauseUpgrade = z.infer<typeof pauseUpgrade>;
export type ResumeUpgrade = z.infer<typeof resumeUpgrade>;
export type AbortUpgrade = z.infer<typeof abortUpgrade>;
export type RollBack = z.infer<typeof rollBack>;
export type Observed = z.infer<typeof observed>;
export type StepRefused = z.infer<typeof stepRefused>;
export type UpgradeInput = z.infer<typeof upgradeInput>;

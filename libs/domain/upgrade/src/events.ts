import { packageFields, software } from '@rehearsal/software';
import { z } from 'zod';
import { plannedProbes, probe, upgradePlan } from './inputs.js';

const version = z.int().min(1);
const whole = z.int().min(0);
const reason = z.string();
const ids = z.array(z.string());

export const stepKind = z.enum([
  'check',
  'backup',
  'cloning-off',
  'import',
  'verify',
  'down',
  'install',
  'uninstall',
  'revert',
  'policy',
  'mvc-on',
  'mvc-off',
  'up',
  'gate',
  'switch',
  'orchestrator',
  'orchestrator-back',
  'cloning-on',
  'final-check',
]);

export const step = z.strictObject({
  kind: stepKind,
  /** Of whom; [] where it is the whole group. */
  of: ids,
  /** What the others are in a switch: they serve afterwards. */
  to: ids,
});

/** Rules that an upgrade stops for. The names are those of the assessment of a runbook. */
export const rule = z.enum([
  'capacity',
  'redundancy',
  'member-not-active',
  'install-failed',
  'refused',
  'step-limit',
  'mixed-takes',
  'window',
  'probe',
  'orchestrator-not-active',
  'policy-differs',
]);

/** The policy that a step has installed, for a release and the members that run it. */
export const policyOfStep = z.strictObject({
  hash: z.string(),
  release: z.strictObject({ rank: z.int().min(1), name: z.string(), runs: ids }),
  /** Names of its rules whose new connections may wait; absent where none is. */
  deferrable: ids.optional(),
  /** Version of the group's log as it was asked for: what was installed, or given up, by then does not count. */
  after: whole,
});

export const upgradeStarted = z.strictObject({
  type: z.literal('UpgradeStarted'),
  version,
  plan: upgradePlan,
  steps: z.array(step),
  /** What members ran before, in the order of the group. */
  before: z.array(software),
  /** What members run when it is done. */
  target: software,
  rollback: z.boolean(),
  /** What orchestrators ran before that are upgraded too; absent where none is. */
  orchestratorsBefore: z.array(z.strictObject({ id: z.string(), software })).optional(),
  /** What the operator gave as the reason; absent where none was given. */
  why: z.string().optional(),
});
export const upgradeRefused = z.strictObject({ type: z.literal('UpgradeRefused'), version, reason });
export const upgradeIgnored = z.strictObject({ type: z.literal('UpgradeIgnored'), version, reason });

/** All that the step needs, so that what follows from it follows from this event alone. */
export const stepBegun = z.strictObject({
  type: z.literal('StepBegun'),
  version,
  /** ms since the epoch. */
  at: whole,
  step: whole,
  kind: stepKind,
  of: ids,
  to: ids,
  /** Number of the package at `installer`; 0 while it is not imported. */
  package: whole,
  pkg: z.strictObject(packageFields),
  /** Name of the image that a step back leads to; ''. */
  snapshot: z.string(),
  /** Of whom something is asked: a step that begins again asks nothing of those who have done it, or are at it. */
  ask: ids,
  /** What has failed up to this version of the log of software failed before. */
  failedBefore: whole,
  /** What the operator gave as the reason; absent where none was given. */
  why: z.string().optional(),
  policy: policyOfStep.optional(),
});
/** `share`: of the group by weight that served, in percent. */
export const stepDone = z.strictObject({
  type: z.literal('StepDone'),
  version,
  step: whole,
  kind: stepKind,
  share: whole,
  /** Of a gate: what it saw of applications. */
  probe: probe.optional(),
});
export const upgradeStopped = z.strictObject({
  type: z.literal('UpgradeStopped'),
  version,
  step: whole,
  rule,
  reason,
  remedy: z.string(),
});
/** The members that serve have come to another share of the group, in percent. */
export const capacityChanged = z.strictObject({ type: z.literal('CapacityChanged'), version, share: whole });
export const upgradePaused = z.strictObject({ type: z.literal('UpgradePaused'), version });
export const upgradeResumed = z.strictObject({
  type: z.literal('UpgradeResumed'),
  version,
  /** What gates ask from now on, where that changes; null: they only look. */
  probes: plannedProbes.nullable().optional(),
});
export const upgradeAborted = z.strictObject({ type: z.literal('UpgradeAborted'), version, step: whole });
export const upgradeFinished = z.strictObject({ type: z.literal('UpgradeFinished'), version, rollback: z.boolean() });

export const upgradeEvent = z.discriminatedUnion('type', [
  upgradeStarted,
  upgradeRefused,
  upgradeIgnored,
  stepBegun,
  stepDone,
  upgradeStopped,
  capacityChanged,
  upgradePaused,
  upgradeResumed,
  upgradeAborted,
  upgradeFinished,
]);

export type Step = z.infer<typeof step>;
export type StepKind = z.infer<typeof stepKind>;
export type PolicyOfStep = z.infer<typeof policyOfStep>;
export type Rule = z.infer<typeof rule>;
export type StepBegun = z.infer<typeof stepBegun>;
export type UpgradeEvent = z.infer<typeof upgradeEvent>;

import { rankOf } from '@rehearsal/software';
import type { PolicyOfStep, Step } from './events.js';
import type { Sight } from './inputs.js';
import type { Finding } from './rules.js';
import { membersAt } from './rules.js';
import type { UpgradeState } from './state.js';

/** What a step that has policy installed asks for: the policy there is, for what its members run (fidelity: F-POLICY-RELEASE). */
export function policyAsked({ kind, of }: Step, sight: Sight): PolicyOfStep | undefined {
  const { policy } = sight;
  const [first] = membersAt(sight, of);
  if (kind !== 'policy' || policy === undefined || first === undefined) return undefined;
  const { release: name } = first.runs;
  const runs = sight.members.filter((m) => m.runs.release === name).map((m) => m.id);
  const { hash, deferrable, version: after } = policy;
  const release = { rank: rankOf(name), name, runs };
  return { hash, release, ...(deferrable !== undefined && { deferrable }), after };
}

/** It was installed since it was asked for, and members may be let in again. */
export function isPolicyInstalled({ policy: asked }: UpgradeState, { policy }: Sight): boolean {
  if (asked === null || policy === undefined || policy.frozen) return false;
  return policy.installed.some(({ rank, since }) => rank === asked.release.rank && since > asked.after);
}

/** One at a time, and somebody else's comes first. */
export function whyNotInstallNow({ kind }: Step, { installingPolicy }: Sight): Finding | undefined {
  if (kind !== 'policy' || !installingPolicy) return undefined;
  return {
    rule: 'policy-differs',
    reason: 'another policy is being installed',
    remedy: 'Wait until it is, then resume.',
  };
}

/** The group has given it up: members of this release would come up without one, or with the one from before. */
export function whyNoPolicy({ policy: asked }: UpgradeState, { kind }: Step, { policy }: Sight): Finding | undefined {
  if (kind !== 'policy' || asked === null || policy === undefined || policy.failedAt <= asked.after) return undefined;
  return {
    rule: 'policy-differs',
    reason: `policy was not installed for ${asked.release.name}: ${policy.failure}`,
    remedy: 'Bring back who was not ready, and resume, which installs it again; or roll back.',
  };
}

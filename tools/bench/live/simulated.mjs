import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import { createMember } from '@rehearsal/member-role';
import { createOrchestrator } from '@rehearsal/orchestrator-role';
import { createOutsideWorld } from '@rehearsal/outside-world-role';
import { SimLab } from '@rehearsal/simulator';
import { createSync } from '@rehearsal/sync-role';
import { createUpgradeConductor } from '@rehearsal/upgrade-conductor-role';
import { fabricPlan } from './fabric.mjs';

/**
 * A site in the simulator, lossless, every packet accepted.
 * @param {number} seed @param {import('./fabric.mjs').Options} [options] default: four members
 */
export const simulatedLab = (seed, options = {}) => simulatedPlan(fabricPlan(options), seed);

/** Where the plan has an upgrade conductor, appliances have software that can change. @param {import('./fabric.mjs').Plan} plan @param {number} seed */
export function simulatedPlan(plan, seed) {
  const { settings, orchestrators, securityGroup, policy } = plan;
  const members = securityGroup.members.map(({ id, weight, cores }) => ({ id, weight, cores }));
  const config = { settings, securityGroup: securityGroup.name, members, orchestrators, build: 'bench' };
  const interfaces = /** @type {const} */ ({ inside: 'general', outside: 'general' });
  const keepsSoftware = plan.roles.some(({ role }) => role === 'upgrade-conductor');
  const { release, take } = securityGroup;
  const serials = Object.fromEntries(securityGroup.members.map(({ id, serial = id }) => [id, serial]));
  const policyHash = sha256Hex(canonicalBytes(policy));
  const appliances = { software: { release, take }, delivered: {}, serials, groups: groupsOf(plan), policyHash };
  return new SimLab({
    plan,
    seed,
    build: 'bench',
    factories: {
      orchestrator: (rt) => createOrchestrator(rt, { ...config, interfaces, keepsSoftware }),
      member: (rt) => createMember(rt, { ...config, interfaces, keepsSoftware, policy }),
      sync: (rt) => createSync(rt, config),
      'outside-world': (rt) => createOutsideWorld(rt, config),
      'upgrade-conductor': (rt) => createUpgradeConductor(rt, { ...config, ...appliances }),
    },
  });
}

/** The upgrade groups of the fabric file. @param {import('./fabric.mjs').Plan} plan */
function groupsOf({ securityGroup }) {
  /** @type {Record<string, string[]>} */
  const groups = {};
  for (const { id, group } of securityGroup.members) if (group !== undefined) (groups[group] ??= []).push(id);
  return groups;
}

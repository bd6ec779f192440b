import { createMember } from '@rehearsal/member-role';
import { createOrchestrator } from '@rehearsal/orchestrator-role';
import { createOutsideWorld } from '@rehearsal/outside-world-role';
import { SimLab } from '@rehearsal/simulator';
import { createSync } from '@rehearsal/sync-role';
import { fabricPlan } from './fabric.mjs';

/**
 * A site in the simulator, lossless, every packet accepted.
 * @param {number} seed @param {import('./fabric.mjs').Options} [options] default: four members
 */
export function simulatedLab(seed, options = {}) {
  const plan = fabricPlan(options);
  const { settings, orchestrators, securityGroup } = plan;
  const members = securityGroup.members.map(({ id, weight }) => ({ id, weight }));
  const config = { settings, securityGroup: securityGroup.name, members, orchestrators, build: 'bench' };
  const interfaces = /** @type {const} */ ({ inside: 'general', outside: 'general' });
  return new SimLab({
    plan,
    seed,
    build: 'bench',
    factories: {
      orchestrator: (rt) => createOrchestrator(rt, { ...config, interfaces }),
      member: (rt) => createMember(rt, { ...config, interfaces, policy: null }),
      sync: (rt) => createSync(rt, config),
      'outside-world': (rt) => createOutsideWorld(rt, config),
    },
  });
}

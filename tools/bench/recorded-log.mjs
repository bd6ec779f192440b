import { resolveSettings } from '@rehearsal/kernel';
import { simulatedPlan } from './live/simulated.mjs';
import { numbers } from './workload.mjs';

/** @typedef {import('@rehearsal/lab-port').FabricPlan} FabricPlan */
/** @typedef {import('@rehearsal/lab-port').RoleEntry} RoleEntry */

const ORCHESTRATORS = ['1_1', '1_2'];
const SETTLED_MS = 60_000;

/** @param {number} index from 0 */
const idOf = (index) => `1_${String(index + 1).padStart(2, '0')}`;

/** @param {number} count @param {'spread' | 'pairs'} placement @returns {FabricPlan} */
export function planOf(count, placement) {
  const ids = Array.from({ length: count }, (_, i) => idOf(i));
  /** @param {RoleEntry['role']} role @param {string} id @returns {RoleEntry} */
  const entry = (role, id) => ({ role, id, subject: role === 'outside-world' ? 'data.outside' : `data.${role}.${id}` });
  return {
    fabric: 'bench',
    site: 1,
    profile: 'lossless',
    settings: resolveSettings('lossless', { 'dist.placement': placement }),
    orchestrators: ORCHESTRATORS,
    securityGroup: {
      name: 'SG1',
      release: 'R81.20',
      take: 99,
      address: '198.51.100.10/24',
      members: ids.map((id, i) => ({ id, weight: 1 + (i % 2), model: '16200', cores: 48 })),
      interfaces: [],
    },
    policy: null,
    traffic: { connections: 0, packetsPerSec: 0, mix: {}, captures: [] },
    packages: [],
    roles: [
      entry('sync', '1'),
      ...ORCHESTRATORS.map((id) => entry('orchestrator', id)),
      ...ids.map((id) => entry('member', id)),
      entry('outside-world', 'outside'),
    ],
  };
}

/**
 * A run in the simulator: members panic, now and then a second one while the copies of the first are still being
 * made up for, reboot and take their slots back; orchestrators restart. Goes on until the log is long enough.
 * @param {{members: number, placement: 'spread' | 'pairs', seed: number, commits: number}} run
 */
export async function recordedLog({ members, placement, seed, commits }) {
  const lab = simulatedPlan(planOf(members, placement), seed);
  const next = numbers(seed);
  /** @param {number} n */
  const pick = (n) => (next() >>> 0) % n;
  /** @param {number} number */
  const panic = (number) => lab.kill({ role: 'member', id: idOf(number % members) });
  await lab.up();
  while (lab.sim.log.lastSeq < commits) {
    await lab.waitUntil({ name: 'members-active', until: { equals: members } }, SETTLED_MS);
    await lab.waitUntil({ name: 'balanced', until: { equals: true } }, SETTLED_MS);
    await lab.waitMs(200);
    if (pick(8) === 0) await lab.restart({ role: 'orchestrator', id: ORCHESTRATORS[pick(2)] ?? '' });
    const first = pick(members);
    await panic(first);
    await lab.waitMs(50 + pick(100));
    if (pick(3) === 0) await panic(first + 1);
    await lab.waitMs(500);
  }
  const { log, seal } = await lab.collect();
  await lab.down();
  return { log, seal };
}

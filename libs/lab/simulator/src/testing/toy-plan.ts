import { resolveSettings } from '@rehearsal/kernel';
import type { FabricPlan, RoleEntry } from '@rehearsal/lab-port';

/** Two orchestrators and some members, enough for roles that read nothing else of their plan. */
export function toyPlan(members = 3): FabricPlan {
  const ids = Array.from({ length: members }, (_, i) => `1_0${i + 1}`);
  const entry = (role: RoleEntry['role'], id: string): RoleEntry => ({ role, id, subject: `data.${role}.${id}` });
  return {
    fabric: 'toy',
    site: 1,
    profile: 'lossless',
    settings: resolveSettings('lossless', {}),
    orchestrators: ['1_1', '1_2'],
    securityGroup: {
      name: 'SG1',
      release: 'R81.20',
      take: 99,
      address: '198.51.100.10/24',
      members: ids.map((id) => ({ id, weight: 1, model: '16200', cores: 48 })),
      interfaces: [],
    },
    policy: null,
    traffic: { connections: 0, packetsPerSec: 0, mix: {}, captures: [] },
    packages: [],
    roles: [
      entry('sync', '1'),
      entry('orchestrator', '1_1'),
      entry('orchestrator', '1_2'),
      ...ids.map((id) => entry('member', id)),
      { role: 'outside-world', id: 'outside', subject: 'data.outside' },
    ],
  };
}

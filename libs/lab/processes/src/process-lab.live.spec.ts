import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { resolveSettings } from '@rehearsal/kernel';
import type { FabricPlan } from '@rehearsal/lab-port';
import { labContract } from '@rehearsal/lab-port/testing';
import { ProcessLab } from './process-lab.js';

const members = [
  { id: '1_01', weight: 1, model: '16200', cores: 48 },
  { id: '1_02', weight: 1, model: '16200', cores: 48 },
];
const orchestrators = ['1_1', '1_2'];
const interfaces = { inside: 'general', outside: 'general' };

const plan: FabricPlan = {
  fabric: 'contract',
  site: 1,
  profile: 'lossless',
  settings: resolveSettings('lossless', { 'member.rebootMs': 300 }),
  orchestrators,
  securityGroup: {
    name: 'SG1',
    release: 'R81.20',
    take: 99,
    address: '198.51.100.10/24',
    members,
    interfaces: [],
  },
  policy: null,
  traffic: { connections: 0, packetsPerSec: 1, mix: {}, captures: [] },
  packages: [],
  roles: [
    { role: 'sync', id: '1', subject: 'data.sync.1' },
    ...orchestrators.map((id) => ({ role: 'orchestrator' as const, id, subject: `data.orchestrator.${id}` })),
    ...members.map(({ id }) => ({ role: 'member' as const, id, subject: `data.member.${id}` })),
    { role: 'outside-world', id: 'outside', subject: 'data.outside' },
  ],
};

const mainOf = (app: string): string => fileURLToPath(new URL(`../../../../apps/${app}/dist/main.js`, import.meta.url));
const dirs: string[] = [];

afterAll(() => {
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
});

labContract(
  'the lab of real processes',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rehearsal-lab-'));
    dirs.push(dir);
    return new ProcessLab({
      plan,
      runId: 'contract',
      dir,
      mains: {
        orchestrator: mainOf('orchestrator'),
        member: mainOf('sgm'),
        sync: mainOf('sync'),
        'outside-world': mainOf('traffic'),
        'upgrade-conductor': mainOf('upgrade'),
      },
      build: 'contract',
      links: true,
      extra: ({ role }) => {
        const keepsSoftware = false;
        if (role === 'member') return { interfaces, policy: null, keepsSoftware };
        return role === 'orchestrator' ? { interfaces, keepsSoftware } : {};
      },
    });
  },
  { timeoutMs: 90_000, settleMs: 30_000 },
);

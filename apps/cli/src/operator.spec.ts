import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Lab } from '@rehearsal/lab-port';
import { foldLog, recordedView, textOf, carryOutCommand, readCommand, wordsOf } from '@rehearsal/operator';
import { carryOut, findVerb, readSet } from '@rehearsal/verbs';
import { makeSimulatedLab } from './labs.js';
import { createServices } from './services.js';

const root = join(import.meta.dirname, '..', '..', '..');
const TRAFFIC = { role: 'outside-world', id: 'outside' } as const;

async function broughtUp(fabric = 'single-site', overrides: Record<string, string> = {}): Promise<Lab> {
  const plan = loadFabric(join(root, `examples/fabrics/${fabric}.fabric.yaml`), { overrides });
  const request = { plan, seed: 3, world: 'simulated', weather: 'calm', runId: 'sim-3', folder: '' } as const;
  const lab = makeSimulatedLab(request, 'test');
  await lab.up();
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
  await lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, 20_000);
  const plan1 = { seed: 3, connections: 100, packetsPerSec: 400, durationMs: 60_000, mix: { ssh: 100 } };
  expect(await lab.command(TRAFFIC, { name: 'start', args: { plan: plan1 } })).toMatchObject({ ok: true });
  await lab.waitMs(4000);
  return lab;
}

const execOn = (lab: Lab) => {
  const faults: string[] = [];
  const say = (): void => {};
  const at = { lab, name: 'branch', run: 'sim-3', beforeFault: async (f: string) => void faults.push(f) };
  const context = { services: createServices(say), set: readSet([]), runsFolder: 'runs', say, lab: at };
  const exec = async (...words: string[]): Promise<string> => {
    const { entry, rest } = findVerb(['exec', ...words]);
    const { stdout, stderr } = await carryOut((await entry.load()).default, rest, context);
    return stdout + stderr;
  };
  return { exec, faults };
};

describe("the vendor's commands on a simulated fabric", () => {
  it('show what the processes and the log say, before and after the loss of a member', async () => {
    const lab = await broughtUp();
    const { exec } = execOn(lab);
    const status = await lab.status();
    const held = status.members.reduce((n, m) => n + m.connections + Number(m.detail['copies']), 0);
    expect(held).toBeGreaterThan(100);
    expect(await exec('--', 'asg_conns')).toContain(`Total (fw1 connections table): ${held} connections`);
    expect(await exec('--', 'asg', 'stat', '-v')).toContain(`| ${'SGMs'.padEnd(30)}| 4 / 4 `);
    const rows = (await exec('--', 'asg', 'search', '*', '*', '*', '22', 'tcp'))
      .split('\n')
      .filter((l) => l.startsWith('<'));
    expect(rows.length).toBeGreaterThanOrEqual(status.traffic.connections);
    expect(rows.filter((row) => !/-> \[1_0\d AF\] \[1_0\d BF\]$/.test(row))).toEqual([]);

    await lab.kill({ role: 'member', id: '1_02' });
    await lab.waitMs(600);
    expect(await exec('--', 'cphaprob', 'state')).toMatch(/^1_02 +192\.0\.2\.2 +0% +LOST +SG1-ch01-02$/m);
    expect(await exec('1_02', '--', 'fw', 'ver')).toContain('member 1_02 does not answer: it is rebooting.');
    const log = await lab.log();
    const [failover] = foldLog(log, 'SG1').failovers;
    expect(failover).toMatchObject({ from: '1_02', to: ['1_01', '1_03', '1_04'] });

    // The same log shows the moment before, after the run.
    const parts = { plan: lab.plan, run: 'r', startedAtMs: 0, log, notes: [], metrics: null, sampled: null };
    const shown = (atMs: number): string => {
      const view = recordedView({ ...parts, atMs });
      const here = { role: 'member', id: '1_01' } as const;
      const read = readCommand(wordsOf('asg stat -v'), 'member');
      return textOf(carryOutCommand(read, { view, here, found: null, answers: {} }).page, false);
    };
    expect(shown(failover!.atMs - 1)).toMatch(/^\| 2 +ACTIVE +\|$/m);
    expect(shown(failover!.atMs)).toMatch(/^\| 2 +LOST +\|$/m);
    await lab.down();
  }, 60_000);

  it('take a member down as a fault that the log keeps with its name and reason', async () => {
    const lab = await broughtUp();
    const { exec, faults } = execOn(lab);
    expect(await exec('--', 'g_clusterXL_admin', '-b', '1_04', 'down')).toContain('Add --yes --full-name');
    expect(faults).toEqual([]);
    await exec('--yes', '--full-name=Ann Lee', '--reason=change 7', '--', 'g_clusterXL_admin', '-b', '1_04', 'down');
    expect(faults).toEqual(['admin member 1_04']);
    await lab.waitMs(3000);
    expect(await exec('--', 'asg', 'log', 'audit')).toMatch(
      /sgm_admin down on blades: 1_04, User: Ann Lee, Reason: change 7/,
    );
    expect(await exec('1_04', '--', 'cphaprob', '-i', 'list')).toContain('Device Name: admin_down');
    const set = (await lab.log()).map((l) => JSON.parse(l)).find((c) => c.input.type === 'setAdmin');
    expect([set.principal, set.input.why]).toEqual([{ name: 'Ann Lee', known: 'asserted' }, 'change 7']);
    await lab.down();
  }, 60_000);

  it('install a package on members that are down, and say no where the log does', async () => {
    const lab = await broughtUp('upgrades', { 'upgrade.installSec': '5', 'upgrade.rebootSec': '5' });
    const { exec, faults } = execOn(lab);
    const yes = ['--yes', '--full-name=Ann Lee', '--reason=change 7', '--'];
    const file = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
    expect(await exec('--', 'installer', 'import', 'local', `/var/log/${file}`)).toContain('Package number: 1');
    expect(await exec('--', 'installer', 'verify', '1', 'member_ids', 'all')).toContain(
      '|1_04        |Installation is allowed|',
    );
    await exec(...yes, 'set', 'cluster', 'members-admin-state', 'ids', '1_03-1_04', 'down');
    await lab.waitMs(3000);
    const install = ['installer', 'install', '1', 'member_ids', '1_03-1_04'];
    expect(await exec('--', ...install)).toContain('asks before it acts');
    expect(await exec(...yes, ...install)).toContain('|1_04        |install is initiated|');
    expect(await exec(...yes, ...install)).toContain('|1_04        |is busy: install to R81.20 take 118 is under way|');
    expect(faults.filter((f) => f.startsWith('installer'))).toHaveLength(2);
    await lab.waitMs(15_000);
    expect(await exec('--', 'installed_jumbo_take', '-a')).toMatch(
      /^-\*- 2 blades: 1_01 1_02 -\*-\n.* take 99\n\n-\*- 2 blades: 1_03 1_04 -\*-\n.* take 118\n$/m,
    );
    const put = (await lab.log()).map((l) => JSON.parse(l)).find((c) => c.input.type === 'installPackage');
    expect([put.principal, put.input.why]).toEqual([{ name: 'Ann Lee', known: 'asserted' }, 'change 7']);
    await lab.down();
  }, 60_000);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import { SETTING_NAMES, type SettingName, type Settings } from '@rehearsal/kernel';
import type { FabricPlan, ForkPoint, Target } from '@rehearsal/lab-port';
import { SimLab } from '@rehearsal/simulator';
import { FORK_EFFECTS } from '@rehearsal/whatif';
import { roleFactories } from './labs.js';
import { settle } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/anything.fabric.yaml');
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const member = (id: string): Target => ({ role: 'member', id });
const loaded = loadFabric(FABRIC, { profile: 'vendor', overrides: { 'detector.probeMs': '20' } });
const CONDUCTOR: Target = { role: 'upgrade-conductor', id: '1' };
const PACKAGE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
// Software can change, too.
const plan: FabricPlan = {
  ...loaded,
  securityGroup: {
    ...loaded.securityGroup,
    members: loaded.securityGroup.members.map((m, i) => ({ ...m, group: i < 2 ? 'A' : 'B' })),
  },
  packages: [{ file: PACKAGE, kind: 'jumbo', release: 'R81.20', take: 118 }],
  roles: [...loaded.roles, { ...CONDUCTOR, role: 'upgrade-conductor', subject: 'data.upgrade-conductor.1' }],
};
const SEED = 3;

interface Lived {
  /** Until all was settled, before anything was done. */
  readonly settled: readonly string[];
  /** Settings that a role or the lab looked at after the fork. */
  readonly read: ReadonlySet<SettingName>;
  readonly lab: SimLab;
}

/** An installation begins at a member and at an orchestrator; an upgrade, the way back and a new appliance are asked for, and refused. */
async function changeSoftware(lab: SimLab): Promise<void> {
  const tell = (name: string, args: Record<string, unknown>): Promise<unknown> =>
    lab.command(CONDUCTOR, { name, args });
  const change = (input: Record<string, unknown>): Promise<unknown> => tell('software', { input });
  await change({ type: 'importPackage', file: PACKAGE, kind: 'jumbo', release: 'R81.20', take: 118 });
  await change({ type: 'installPackage', package: 1, as: 'install', appliances: ['1_04', '1_2'] });
  await tell('upgrade', { package: PACKAGE });
  await tell('rollback', {});
  await tell('replace', { appliance: '1_04' });
}

/** Members are under load, leak, crash and die, the bus restarts, and an operator changes the distribution, under translated traffic. */
async function live(point?: ForkPoint): Promise<Lived> {
  const factories = roleFactories(plan, 'spec');
  const lab = new SimLab({ plan, seed: SEED, factories, ...(point && { fork: { point } }) });
  const read = watchReads(lab.sim.plan.settings);
  const tell = (id: string, name: string, args: Record<string, unknown>): Promise<unknown> =>
    lab.inflict(member(id), { name, args });
  await settle(lab);
  const settled = lab.sim.log.lines();
  const retransmit = { firstMs: 500, maxMs: 500, giveUpAfter: 3 };
  const mix = { ftp: 40, sip: 30, https: 20, fragments: 10 };
  const traffic = { seed: 1, connections: 60, packetsPerSec: 400, durationMs: 8000, mix, retransmit };
  await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } });
  await lab.restart({ role: 'bus', id: 'bus' });
  await lab.waitMs(3500);
  await changeSoftware(lab);
  await tell('1_01', 'distribution', { distribution: 'manual-general' });
  await lab.waitMs(500);
  await lab.kill(member('1_01'));
  await lab.waitMs(500);
  await tell('1_02', 'cpu', { busyUsPerPacket: 20_000, forMs: 2500 });
  await tell('1_03', 'memory-leak', { kbPerSec: 100_000, limitKb: 100_000 });
  await lab.waitMs(1000);
  await tell('1_04', 'fwk-crash', {});
  // Nobody is started anew until here, and so reads everything.
  await lab.waitMs(900);
  return { settled, read, lab };
}

/** Which settings are read from the moment on in which one of them is set. */
function watchReads(settings: Settings): Set<SettingName> {
  const read = new Set<SettingName>();
  let isForked = false;
  for (const name of SETTING_NAMES) {
    let value: unknown = settings[name];
    Object.defineProperty(settings, name, {
      enumerable: true,
      get: () => {
        // Members compare their whole configuration: that is not going by it.
        if (isForked && !read.has(name) && !new Error().stack!.includes('inner-life-config')) read.add(name);
        return value;
      },
      set: (other: unknown) => {
        isForked = true;
        value = other;
      },
    });
  }
  return read;
}

const isOfTheWorld = (name: SettingName): boolean => name.startsWith('sim.') || name === 'log.maxBytes';

describe('settings that cannot be changed at a fork', () => {
  it('are those of the page about it', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/whatif.md'), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    const named = rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const refused = SETTING_NAMES.filter((name) => !FORK_EFFECTS[name].acts);
    expect(named.toSorted()).toEqual(refused.toSorted());
  });
});

describe('settings that act from a fork on', () => {
  it('are those that somebody goes by after it', async () => {
    const { settled: log } = await live();
    const settings = { ...plan.settings, 'ccp.deadMultiplier': 4 };
    const { read } = await live({ log, settings, seed: SEED });
    const acting = SETTING_NAMES.filter((name) => FORK_EFFECTS[name].acts && !isOfTheWorld(name));
    expect(acting.filter((name) => !read.has(name))).toEqual([]);
  }, 60_000);

  it('are the costs of the simulated world as well', async () => {
    const { settled: log, lab } = await live();
    const before = lab.sim.options;
    const settings = { ...plan.settings };
    const ofWorld = SETTING_NAMES.filter(isOfTheWorld);
    for (const name of ofWorld) {
      expect(FORK_EFFECTS[name].acts).toBe(true);
      Object.assign(settings, { [name]: Number(settings[name]) + 100 });
    }
    const after = (await live({ log, settings, seed: SEED })).lab.sim.options;
    const moved = Object.entries(after).filter(([name, value]) => value !== before[name as keyof typeof before]);
    // One thing each, and the jitter that follows from the way of a message.
    expect(moved.map(([name]) => name).filter((name) => name !== 'messageJitterUs')).toHaveLength(ofWorld.length);
  }, 60_000);
});

import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Lab, Target } from '@rehearsal/lab-port';
import { carryOut, findVerb, readSet } from '@rehearsal/verbs';
import { createServices } from './services.js';
import { settle, settled, simulated } from './testing/settled-lab.js';

const EXAMPLES = join(import.meta.dirname, '../../../examples/fabrics');
const TIMES = { 'upgrade.cloneSec': '2', 'upgrade.rebootSec': '2', 'upgrade.installSec': '2' };
const JUMBO = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
const OF_SOFTWARE = /^(Appliance|Work)/;
const member = (id: string): Target => ({ role: 'member', id });

interface Typed {
  readonly lab: Lab;
  /** Types a verb; gives what it says, on either channel. */
  type(...words: string[]): Promise<string>;
  state(id: string): Promise<unknown>;
  /** Types of all events about one appliance or member, in order. */
  eventsOf(id: string): Promise<string[]>;
}

/** A fabric that is up, and what is typed on it. */
async function given(fabric: string, overrides: Readonly<Record<string, string>> = {}): Promise<Typed> {
  const plan = loadFabric(join(EXAMPLES, `${fabric}.fabric.yaml`), { overrides: { ...TIMES, ...overrides } });
  const lab = simulated(plan, 5);
  await settle(lab);
  const say = (): void => {};
  const at = { lab, name: fabric, run: 'sim-5', beforeFault: async () => {} };
  const context = { services: createServices(say), set: readSet([]), runsFolder: 'runs', say, lab: at };
  return {
    lab,
    type: async (...words) => {
      const { entry, rest } = findVerb(words);
      const { stdout, stderr } = await carryOut((await entry.load()).default, rest, context);
      return stdout + stderr;
    },
    state: async (id) => (await lab.probe('member-state', { member: id })).value,
    eventsOf: async (id) =>
      (await lab.log())
        .flatMap((line) => (JSON.parse(line) as { events: Record<string, string>[] }).events)
        .filter((event) => event['member'] === id || event['appliance'] === id)
        .map((event) => event['type']!),
  };
}

const serves = (lab: Lab, id: string): Promise<unknown> =>
  lab.waitUntil({ name: 'member-state', args: { member: id }, until: { equals: 'ACTIVE' } }, 20_000);

describe('a member that has failed', () => {
  it('is replaced once it is dead and lost, by an appliance with a number of its own', async () => {
    const { lab, type, eventsOf } = await given('upgrades', { 'smo.autoClone': 'true' });
    expect(await type('replace', '1_03')).toContain('The upgrade conductor refuses: 1_03 serves in the group');
    expect(await type('replace', '1_1')).toContain('only members are replaced');
    await lab.inflict(member('1_03'), { name: 'admin', args: { state: 'down' } });
    await lab.waitUntil({ name: 'settled', until: { equals: true } }, 20_000);
    expect(await type('replace', '1_03')).toContain('1_03 is powered on');
    await lab.inflict(member('1_03'), { name: 'admin', args: { state: 'up' } });
    await serves(lab, '1_03');
    await lab.kill(member('1_03'), { rebootAfterMs: null });
    await lab.waitUntil({ name: 'members-active', until: { equals: 3 } }, 20_000);
    const taken = loadFabric(join(EXAMPLES, 'upgrades.fabric.yaml')).securityGroup.members[1]!.serial!;
    expect(await type('replace', '1_03', '--serial', taken)).toContain(`serial number ${taken} is in use by 1_02`);
    expect(await type('replace', '1_03', '--serial', 'NEW-1')).toMatch(
      /^member 1_03: NEW-1 in the place of RH[0-9A-F]{10}; it boots R81\.20 take 0\n$/,
    );
    await serves(lab, '1_03');
    const events = await eventsOf('1_03');
    expect(events.slice(events.indexOf('ApplianceReplaced')).filter((type) => OF_SOFTWARE.test(type))).toEqual([
      'ApplianceReplaced',
      'ApplianceBooted',
      'WorkBegun',
      'WorkFinished',
      'ApplianceBooted',
    ]);
    expect(await type('upgrade', 'status')).toMatch(/^member 1_03 +R81\.20 take 99 *$/m);
    await lab.down();
  });

  it('waits without a policy of its own where nobody serves, and the old ones come with theirs', async () => {
    const { lab, type, state } = await given('upgrades');
    for (const id of ['1_01', '1_02', '1_03', '1_04']) await lab.kill(member(id), { rebootAfterMs: null });
    await lab.waitUntil({ name: 'members-active', until: { equals: 0 } }, 20_000);
    await type('replace', '1_03');
    await lab.waitMs(5000);
    expect(await state('1_03')).toBe('INIT');
    await lab.restart(member('1_02'));
    await serves(lab, '1_02');
    await serves(lab, '1_03');
    await lab.down();
  });

  it('cannot be replaced where nobody keeps the record of software', async () => {
    const { lab, type } = await given('single-site');
    expect(await type('replace', '1_03')).toContain(
      'Nothing can be installed in this fabric: it has no upgrade conductor. Name what may be installed under packages',
    );
    expect(await type('scale', 'out')).toContain(
      'This fabric has no spare appliances. Name some under spares in the fabric file.',
    );
    await lab.down();
  });
});

describe('a spare', () => {
  it('is DETACHED, in no command of the vendor that counts members, and not to be typed at', async () => {
    const { lab, type, state } = await given('spares');
    expect([await state('1_05'), (await lab.probe('ready')).value]).toEqual(['DETACHED', true]);
    const page = await type('exec', '--', 'asg', 'stat', '-v');
    expect(page).toMatch(/SGMs +\| 4 \/ 4 /);
    expect(page).toMatch(/^\| 5 +DETACHED +\|$/m);
    expect(await type('exec', '--', 'asg', 'stat', '-i', 'all_ids')).not.toContain('5');
    expect(await type('exec', '--', 'asg', 'diag', 'verify')).toContain('| Installation           | Passed');
    expect(await type('exec', '1_05', '--', 'asg', 'stat')).toContain(
      'member 1_05 is a spare and in no group. Assign it first: rehearse scale out 1_05.',
    );
    await lab.kill(member('1_05'), { rebootAfterMs: 1000 });
    await lab.waitMs(4000);
    expect([await state('1_05'), await state('1_06')]).toEqual(['DETACHED', 'DETACHED']);
    await lab.down();
  });

  it('goes back to be one where it is taken out before it has joined', async () => {
    const { lab, type, state, eventsOf } = await given('spares');
    await type('scale', 'out', '1_06');
    await lab.waitMs(1000);
    expect(await type('scale', 'in')).toBe('1_06 leaves the group\n');
    await lab.waitMs(8000);
    expect(await state('1_06')).toBe('DETACHED');
    expect(await eventsOf('1_06')).not.toContain('MemberJoined');
    await type('scale', 'out', '1_06');
    await serves(lab, '1_06');
    await settled(lab, 20_000);
    await lab.down();
  });

  it('keeps an upgrade from starting while it joins, and is upgraded only when it is in the group', async () => {
    const { lab, type } = await given('spares');
    const start = ['upgrade', 'start', '--package', JUMBO, '--capacity-floor-percent', '40'];
    await type('scale', 'out');
    expect(await type(...start)).toContain('The upgrade conductor refuses: 1_05 does not serve');
    await serves(lab, '1_05');
    await lab.waitUntil({ name: 'settled', until: { equals: true } }, 20_000);
    expect(await type(...start)).toContain('upgrade running');
    await lab.waitUntil({ name: 'upgrade-step', until: { atLeast: 6 } }, 20_000);
    expect(await type('scale', 'out')).toContain('image cloning is off');
    await lab.waitUntil({ name: 'upgrade-status', until: { equals: 'done' } }, 300_000);
    const status = await type('upgrade', 'status');
    expect(status).toMatch(/^member 1_05 +R81\.20 take 118/m);
    expect(status).toMatch(/^spare 1_06 +R81\.20 take 0/m);
    await lab.down();
  }, 30_000);
});

describe('load that lasts', () => {
  it('is refused once where image cloning is off, however long it lasts', async () => {
    const overrides = { 'smo.autoClone': 'false', 'autoscale.cpuPercent': '20', 'autoscale.forMs': '1000' };
    const { lab, eventsOf } = await given('spares', overrides);
    const plan = { seed: 1, connections: 100, packetsPerSec: 300, durationMs: 15_000 };
    await lab.command({ role: 'outside-world', id: 'outside' }, { name: 'start', args: { plan } });
    for (const id of ['1_01', '1_02', '1_03', '1_04']) {
      await lab.inflict(member(id), { name: 'cpu', args: { busyUsPerPacket: 4000, forMs: 12_000 } });
    }
    await lab.waitMs(12_000);
    expect(await eventsOf('1_05')).toEqual(['ApplianceBooted', 'SpareRefused']);
    await lab.down();
  });
});

import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { CommandReply, Commit } from '@rehearsal/kernel';
import { readPackageName } from '@rehearsal/software';
import type { SimLab } from '@rehearsal/simulator';
import { settle, settled, simulated } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/release-upgrade.fabric.yaml');
const PACKAGE = readPackageName('Check_Point_R81.20_T631_Fresh_Install_and_Upgrade.tgz');
const [OLD, NEW] = ['R81.10', 'R81.20'];
const B = ['1_03', '1_04'];
const SHORT = { 'upgrade.releaseSec': '2', 'upgrade.rebootSec': '2', 'policy.installWithinMs': '2000' };
const DROPS = { rules: [{ name: 'no telnet', service: 'telnet', action: 'drop' }] };
const ACCEPTS = { rules: [{ name: 'all', service: 'any', action: 'accept' }] };

/** A fabric of R81.10 whose group B is down and runs R81.20. */
class HalfUpgraded {
  readonly lab: SimLab;

  constructor(settings: Record<string, string>) {
    this.lab = simulated(loadFabric(FABRIC, { overrides: { ...SHORT, ...settings } }), 3);
  }

  static async by(
    settings: Record<string, string> = {},
    before: (half: HalfUpgraded) => Promise<void> = async () => {},
  ): Promise<HalfUpgraded> {
    const half = new HalfUpgraded(settings);
    await settle(half.lab);
    await before(half);
    await half.software({ type: 'importPackage', ...PACKAGE });
    for (const id of B) await half.tell(id, 'admin', { state: 'down' });
    await settled(half.lab, 20_000);
    await half.lab.waitUntil({ name: 'members-active', until: { equals: 2 } }, 20_000);
    await half.software({ type: 'installPackage', package: 1, as: 'upgrade', appliances: B });
    await half.lab.waitUntil({ name: 'members-running', args: { software: 'R81.20:0' }, until: { equals: 2 } }, 20_000);
    await half.lab.waitMs(3_000);
    return half;
  }

  tell(id: string, name: string, args: Record<string, unknown> = {}): Promise<CommandReply> {
    return this.lab.command({ role: 'member', id }, { name, args });
  }

  software(input: Record<string, unknown>): Promise<CommandReply> {
    return this.lab.command({ role: 'upgrade-conductor', id: '1' }, { name: 'software', args: { input } });
  }

  /** Group B may serve beside the others, and is let in. */
  async letIn(): Promise<void> {
    await this.software({ type: 'setMvc', appliances: B, state: 'on' });
    for (const id of B) await this.tell(id, 'admin', { state: 'up' });
    await this.lab.waitMs(3_000);
  }

  /** State, critical devices with a problem, policy and its stage, of each member. */
  async members(): Promise<readonly (readonly [string, readonly string[], string, string])[]> {
    const { members } = await this.lab.status();
    return members.map(({ state, detail }) => {
      const pnotes = detail['pnotes'] as readonly { readonly name: string; readonly state: string }[];
      const problems = pnotes.filter((p) => p.state === 'problem').map((p) => p.name);
      return [state, problems, String(detail['policyHash']), String(detail['policyStage'])];
    });
  }

  async hashes(): Promise<readonly string[]> {
    return (await this.members()).map(([, , hash]) => hash);
  }

  async events(type: string): Promise<readonly Record<string, unknown>[]> {
    const { log } = await this.lab.collect();
    return log
      .map((line) => JSON.parse(line) as Commit)
      .flatMap(({ events }) => events as readonly unknown[] as readonly Record<string, unknown>[])
      .filter((event) => event['type'] === type);
  }
}

describe('a member of a new release', () => {
  it('comes up with the policy that management has prepared for it', async () => {
    const half = await HalfUpgraded.by();
    await half.letIn();
    const members = await half.members();
    expect(members.map(([state, problems]) => [state, problems])).toEqual(
      Array.from({ length: 4 }, () => ['ACTIVE', []]),
    );
    expect(new Set(await half.hashes()).size).toBe(1);
    expect((await half.events('PolicyInstalled')).map((e) => e['release'])).toMatchObject([{ name: NEW }]);
    await half.lab.down();
  });

  it('waits for it where it does not get ready on a member, and management has it prepared again', async () => {
    const half = await HalfUpgraded.by({}, async (whole) => {
      expect(await whole.tell('1_02', 'policy-fails', { reason: 'disk full' })).toMatchObject({ ok: true });
    });
    await half.letIn();
    expect((await half.members()).map(([state]) => state)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE']);
    expect((await half.events('PolicyInstallAborted')).map((e) => e['reason'])).toEqual([
      'not ready within 2000 ms: 1_02',
    ]);
    const { notes } = await half.lab.collect();
    expect(
      notes.filter(({ code }) => code === 'policy_not_loaded').map(({ id, fields }) => [id, fields['reason']]),
    ).toEqual([['1_02', 'disk full']]);
    await half.lab.down();
  });

  it('is DOWN for want of one where nobody has prepared it, until it is installed', async () => {
    const half = await HalfUpgraded.by({ 'policy.prepare': 'operator' });
    await half.letIn();
    const waiting = (await half.members()).map(([state, problems, , stage]) => [state, problems, stage]);
    expect(waiting.slice(2)).toEqual(Array.from({ length: 2 }, () => ['DOWN', ['Policy'], 'Initial Policy']));
    expect(await half.tell('1_01', 'policy-install', { release: NEW })).toMatchObject({ ok: true });
    await half.lab.waitMs(3_000);
    expect((await half.members()).map(([state, problems]) => [state, problems])).toEqual(
      Array.from({ length: 4 }, () => ['ACTIVE', []]),
    );
    await half.lab.down();
  });

  it('serves with the initial policy where that is set, and has its own as soon as that is installed', async () => {
    const half = await HalfUpgraded.by({ 'policy.prepare': 'operator', 'policy.missing': 'initial-policy' });
    await half.letIn();
    const [first, , third, fourth] = await half.members();
    expect([third?.[0], third?.[3], fourth?.[0]]).toEqual(['ACTIVE', 'Initial Policy', 'ACTIVE']);
    expect(third?.[2]).not.toBe(first?.[2]);
    await half.tell('1_03', 'policy-install', { release: NEW });
    await half.lab.waitMs(1_000);
    expect(new Set(await half.hashes()).size).toBe(1);
    await half.lab.down();
  });

  it('takes the policy that is in force, also from an SMO that came after the one that took it in', async () => {
    let hash = '';
    const half = await HalfUpgraded.by({ 'policy.prepare': 'operator' }, async (whole) => {
      const reply = await whole.tell('1_01', 'policy-install', { policy: ACCEPTS });
      ({ hash } = (reply as { body: { hash: string } }).body);
      await whole.lab.waitMs(1_000);
    });
    await half.tell('1_02', 'policy-install', { release: NEW, policy: DROPS });
    await half.lab.waitMs(1_000);
    expect((await half.hashes()).slice(0, 2)).toEqual([hash, hash]);
    await half.lab.kill({ role: 'member', id: '1_01' });
    await half.lab.waitMs(1_000);
    await half.letIn();
    const [, second, third, fourth] = await half.hashes();
    expect(second).toBe(hash);
    expect(third).not.toBe(hash);
    expect(fourth).toBe(third);
    await half.lab.down();
  });
});

describe('while members of two releases serve', () => {
  it('policy is installed for one, then for the other, and nobody enforces what is not for it', async () => {
    const half = await HalfUpgraded.by();
    await half.letIn();
    const [before] = await half.hashes();
    expect(await half.tell('1_01', 'policy-install', { policy: DROPS })).toEqual({
      ok: false,
      reason: 'members of more than one release serve: install the policy once for each, naming the release',
    });
    expect(await half.tell('1_01', 'policy-install', { release: 'R82' })).toEqual({
      ok: false,
      reason: 'nobody runs R82: install it on a member first, then the policy for it',
    });
    const reply = await half.tell('1_03', 'policy-install', { release: NEW, policy: DROPS });
    const { hash } = (reply as { body: { hash: string } }).body;
    await half.lab.waitMs(1_000);
    expect(await half.hashes()).toEqual([before, before, hash, hash]);
    await half.tell('1_03', 'policy-install', { release: OLD, policy: DROPS });
    await half.lab.waitMs(1_000);
    expect(await half.hashes()).toEqual([hash, hash, hash, hash]);
    await half.lab.down();
  });

  it('packets are not spread otherwise, and may be once one release is left', async () => {
    const half = await HalfUpgraded.by();
    await half.letIn();
    const spread = (): Promise<CommandReply> => half.tell('1_01', 'distribution', { distribution: 'manual-general' });
    expect(await spread()).toEqual({
      ok: false,
      reason:
        'members of more than one release serve, and nothing of the topology changes meanwhile: upgrade the others first, or roll back',
    });
    for (const id of B) await half.tell(id, 'admin', { state: 'down' });
    await half.lab.waitUntil({ name: 'members-active', until: { equals: 2 } }, 20_000);
    expect(await spread()).toMatchObject({ ok: true });
    await half.lab.down();
  });
});

describe('where releases make no difference', () => {
  it('a policy can be installed again, and is for no release', async () => {
    const plan = loadFabric(join(FABRIC, '../single-site.fabric.yaml'));
    const lab = simulated(plan, 3);
    await settle(lab);
    const install = (args: Record<string, unknown>): Promise<CommandReply> =>
      lab.command({ role: 'member', id: '1_01' }, { name: 'policy-install', args });
    expect(await install({ release: NEW })).toEqual({
      ok: false,
      reason: 'members have no release here: install the policy without R81.20',
    });
    for (let time = 0; time < 2; time++) {
      expect(await install({ policy: DROPS })).toMatchObject({ ok: true });
      await lab.waitMs(2_000);
    }
    const { log } = await lab.collect();
    const installed = log.filter((line) => line.includes('"PolicyInstalled"'));
    expect(installed.map((line) => line.includes('release'))).toEqual([false, false]);
    await lab.down();
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { CommandReply, Profile } from '@rehearsal/kernel';
import { createRng } from '@rehearsal/kernel';
import type { Target } from '@rehearsal/lab-port';
import { roughOptions, type SimLab } from '@rehearsal/simulator';
import type { LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
/** A commit has the time of its writer's clock. */
const CLOCKS_DIFFER_MS = 10;
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const member = (id: string): Target => ({ role: 'member', id });

interface LoggedEvent {
  readonly type: string;
  readonly member?: string;
  readonly reason?: string;
  /** Virtual ms since the first fault. */
  readonly atMs: number;
}

/** A fabric under light traffic, with what a spec asks of it. */
class Rehearsed {
  readonly lab: SimLab;
  private faultedAtMs = 0;
  private linesBefore = 0;

  constructor(profile: Profile, overrides: Record<string, unknown>, seed: number, rough: boolean) {
    const plan = loadFabric(FABRIC, { profile, overrides });
    const options = rough ? roughOptions(plan.settings) : {};
    this.lab = simulated(plan, seed, options);
  }

  async tell(id: string, name: string, args: Record<string, unknown> = {}): Promise<CommandReply> {
    return this.lab.command(member(id), { name, args }, 15_000);
  }

  async state(id: string): Promise<unknown> {
    return (await this.lab.probe('member-state', { member: id })).value;
  }

  events(...types: string[]): LoggedEvent[] {
    return this.lab.sim.log
      .lines()
      .slice(this.linesBefore)
      .map((text) => JSON.parse(text) as { stream: string; time: { ms: number }; events: LoggedEvent[] })
      .filter((commit) => commit.stream.startsWith('security-group.'))
      .flatMap((commit) => commit.events.map((event) => ({ ...event, atMs: commit.time.ms - this.faultedAtMs })))
      .filter((event) => types.includes(event.type));
  }

  notes(id: string, code: string): readonly { readonly fields: Readonly<Record<string, unknown>> }[] {
    return this.lab.sim.notes.filter((note) => note.id === id && note.code === code);
  }

  /** Comes up, gets traffic, goes through `story`, ends its traffic. */
  async run(story: (lab: SimLab) => Promise<void>, packetsPerSec = 300): Promise<LedgerSummary> {
    const { lab } = this;
    try {
      await settle(lab);
      const retransmit = { firstMs: 1000, maxMs: 1000, giveUpAfter: 3 };
      const plan = { seed: 1, connections: 100, packetsPerSec, durationMs: 4000, retransmit };
      await lab.command(TRAFFIC, { name: 'start', args: { plan } });
      await lab.waitMs(1000);
      this.linesBefore = lab.sim.log.lines().length;
      this.faultedAtMs = lab.nowMs();
      await story(lab);
      await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 30_000);
      return (await lab.ledger()) as unknown as LedgerSummary;
    } finally {
      await lab.down().catch(() => {});
    }
  }
}

function given(profile: Profile, overrides: Record<string, unknown> = {}, seed = 1, rough = false): Rehearsed {
  return new Rehearsed(profile, overrides, seed, rough);
}

/** Nothing dropped, lost, doubled or out of order. */
function flaws({ packets, reordered }: LedgerSummary): Record<string, number> {
  const { dropped, lost, unexplained, duplicated } = packets;
  return { dropped, lost, unexplained, duplicated, reordered };
}
const NONE = { dropped: 0, lost: 0, unexplained: 0, duplicated: 0, reordered: 0 };

describe('an operator takes a member down and up again', () => {
  it.each([
    ['lossless', 1],
    ['lossless', 2],
    ['vendor', 3],
  ] as const)('and nothing is lost, in a rough world too (%s, seed %i)', async (profile, seed) => {
    const fabric = given(profile, {}, seed, true);
    const ledger = await fabric.run(async (lab) => {
      expect(await fabric.tell('1_02', 'admin', { state: 'down' })).toMatchObject({ ok: true });
      const stateIs = (state: string): Promise<unknown> =>
        lab.waitUntil({ name: 'member-state', args: { member: '1_02' }, until: { equals: state } }, 10_000);
      await stateIs('DOWN');
      await lab.waitUntil({ name: 'members-active', until: { equals: 3 } }, 20_000);
      expect(await fabric.tell('1_03', 'admin', { state: 'up', member: '1_02' })).toMatchObject({ ok: true });
      await stateIs('ACTIVE');
    });
    expect(flaws(ledger)).toEqual(NONE);
    expect(fabric.events('AdminSet', 'MemberLost', 'MemberDrained', 'MemberJoined').map((e) => e.type)).toEqual([
      'AdminSet',
      'MemberDrained',
      'AdminSet',
      'MemberJoined',
    ]);
  });

  it('and it drains, though an orchestrator has just been started anew and nothing flows', async () => {
    const fabric = given('lossless');
    await fabric.run(async (lab) => {
      await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 30_000);
      await lab.kill({ role: 'orchestrator', id: '1_2' }, { rebootAfterMs: 0 });
      await fabric.tell('1_02', 'admin', { state: 'down' });
      await lab.waitMs(3000);
      expect(await fabric.state('1_02')).toBe('DOWN');
    });
    expect(fabric.events('MemberDrained').map((e) => e.member)).toEqual(['1_02']);
  });

  it('and loses what was not copied yet where the drain is off (negative control)', async () => {
    const fabric = given('vendor', { 'admin.drain': false });
    const ledger = await fabric.run(async (lab) => {
      await fabric.tell('1_02', 'admin', { state: 'down' });
      await lab.waitMs(1000);
    });
    expect(ledger.packets.unexplained).toBe(0);
    expect(ledger.packets.dropped + ledger.packets.lost).toBeGreaterThan(0);
  });
});

describe('a member that goes', () => {
  it('is not waited for when it says so', async () => {
    const fabric = given('vendor');
    await fabric.run(async (lab) => {
      await fabric.tell('1_02', 'cpstop');
      await lab.waitMs(1000);
      expect(await fabric.state('1_02')).toBe('HA module not started.');
      await fabric.tell('1_02', 'cpstart');
      await lab.waitMs(2000);
      expect(await fabric.state('1_02')).toBe('ACTIVE');
    });
    const [lost] = fabric.events('MemberLost');
    expect(lost).toMatchObject({ member: '1_02', reason: 'announced' });
    expect(lost?.atMs).toBeLessThan(50);
  });

  it('keeps its heartbeats when only its data plane dies, so that it is missed late', async () => {
    for (const [profile, fromMs, toMs] of [
      ['lossless', 0, 100],
      ['vendor', 1000, 1200],
    ] as const) {
      const fabric = given(profile);
      const ledger = await fabric.run(async (lab) => {
        await fabric.tell('1_02', 'fwk-crash');
        await lab.waitMs(4000);
        expect(await fabric.state('1_02')).toBe('ACTIVE');
      });
      const [lost] = fabric.events('MemberLost');
      expect(lost).toMatchObject({ member: '1_02', reason: 'pnote' });
      expect(lost?.atMs).toBeGreaterThanOrEqual(fromMs - CLOCKS_DIFFER_MS);
      expect(lost?.atMs).toBeLessThan(toMs);
      if (profile === 'lossless') expect(flaws(ledger)).toEqual(NONE);
      else expect(ledger.packets.lost).toBeGreaterThan(0);
      expect(ledger.packets.unexplained).toBe(0);
    }
  });

  it('comes up only once it has read the log, though its data plane restarts before that', async () => {
    const fabric = given('lossless');
    await fabric.run(async (lab) => {
      const bus: Target = { role: 'bus', id: 'bus' };
      await lab.kill(bus, { rebootAfterMs: null });
      await lab.restart(member('1_04'));
      await lab.waitMs(500);
      expect(await fabric.tell('1_04', 'fwk-crash')).toMatchObject({ ok: true });
      await lab.waitMs(3000);
      await lab.restart(bus);
      await lab.waitMs(4000);
      expect(await fabric.state('1_04')).toBe('ACTIVE');
    });
    const installs = fabric.notes('1_04', 'policy_installed').slice(1);
    expect(installs.map(({ fields }) => fields['from'])).toEqual(['1_01']);
  });

  it('warns before its memory is used up, and then crashes', async () => {
    const fabric = given('lossless');
    const ledger = await fabric.run(async (lab) => {
      await fabric.tell('1_02', 'memory-leak', { kbPerSec: 1000, limitKb: 2000 });
      await lab.waitMs(5000);
    });
    expect(fabric.notes('1_02', 'memory_low').map((n) => n.fields)).toEqual([
      { usedKb: 1600, limitKb: 2000, leftMs: 400 },
    ]);
    const [exhausted] = fabric.notes('1_02', 'memory_exhausted');
    expect(exhausted?.fields).toMatchObject({ usedKb: 2000, limitKb: 2000 });
    expect(Math.abs((exhausted?.fields['leadMs'] as number) - 400)).toBeLessThan(5);
    expect(fabric.events('MemberLost')).toMatchObject([{ member: '1_02', reason: 'pnote' }]);
    expect(flaws(ledger)).toEqual(NONE);
  });
});

describe('a member with more packets than its processor can take', () => {
  it('drops by name what it cannot queue, and nobody takes over', async () => {
    const fabric = given('vendor', { 'member.queuePackets': 32 });
    const ledger = await fabric.run(async (lab) => {
      await fabric.tell('1_02', 'cpu', { busyUsPerPacket: 40_000, forMs: 3000 });
      await lab.waitMs(3000);
      expect(await fabric.state('1_02')).toBe('ACTIVE(!F)');
    });
    expect(ledger.packets.unexplained).toBe(0);
    expect((ledger.dropped['queue_overflow'] ?? 0) + (ledger.dropped['cpu_overload'] ?? 0)).toBeGreaterThan(0);
    expect(fabric.events('MemberLost')).toEqual([]);
    expect(fabric.events('CulStarted')).toMatchObject([{ member: '1_02', code: 'CLUS-120200' }]);
  });

  it('hides the death of another one; without the damping it is noticed (negative control)', async () => {
    const lostMeanwhile = async (overrides: Record<string, unknown>): Promise<readonly string[]> => {
      const fabric = given('vendor', overrides);
      await fabric.run(async (lab) => {
        await fabric.tell('1_02', 'cpu', { busyUsPerPacket: 40_000, forMs: 4000 });
        await lab.waitMs(2000);
        await lab.hang(member('1_03'));
        await lab.waitMs(1500);
        await lab.resume(member('1_03'));
      });
      return fabric.events('MemberLost').map((event) => event.member as string);
    };
    expect(await lostMeanwhile({})).toEqual([]);
    expect(await lostMeanwhile({ 'cul.thresholdPercent': 0 })).toEqual(['1_03']);
  });
});

describe('a freeze', () => {
  it('leaves a dead member in place until it is over', async () => {
    const fabric = given('lossless');
    const ledger = await fabric.run(async (lab) => {
      await fabric.tell('1_01', 'freeze', { forMs: 1500 });
      await lab.kill(member('1_02'));
      await lab.waitMs(4000);
    });
    const events = fabric.events('StateFrozen', 'StateThawed', 'MemberLost');
    expect(events.map((event) => event.type)).toEqual(['StateFrozen', 'StateThawed', 'MemberLost']);
    expect(events[2]?.atMs).toBeGreaterThanOrEqual(1500 - CLOCKS_DIFFER_MS);
    expect(flaws(ledger)).toEqual(NONE);
  });
});

describe('a policy is installed', () => {
  const POLICY = {
    rules: [{ name: 'nothing new', source: 'any', destination: 'any', service: 'any', action: 'drop' }],
  };
  const hashes = async (fabric: Rehearsed): Promise<unknown[]> =>
    (await fabric.lab.status()).members.map((m) => (m.detail as { policyHash: unknown }).policyHash);

  it('on all members at one version of the log, for new connections only', async () => {
    const fabric = given('lossless');
    const ledger = await fabric.run(async (lab) => {
      const before = await hashes(fabric);
      expect(new Set(before).size).toBe(1);
      expect(await fabric.tell('1_03', 'policy-install', { policy: { rules: 3 } })).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/^this policy cannot be enforced: /),
      });
      const reply = await fabric.tell('1_03', 'policy-install', { policy: POLICY });
      expect(reply).toMatchObject({ ok: true });
      await lab.waitMs(500);
      const { hash } = (reply as { body: { hash: string } }).body;
      expect(await hashes(fabric)).toEqual([hash, hash, hash, hash]);
    });
    expect(fabric.events('PolicyInstallStarted', 'PolicyReady2Finish', 'PolicyInstalled').map((e) => e.type)).toEqual([
      'PolicyInstallStarted',
      'PolicyReady2Finish',
      'PolicyReady2Finish',
      'PolicyReady2Finish',
      'PolicyReady2Finish',
      'PolicyInstalled',
    ]);
    expect(ledger.packets.lost + ledger.packets.unexplained).toBe(0);
    expect(Object.keys(ledger.dropped)).toEqual(['policy_drop']);
    expect(ledger.connections.done).toBeGreaterThan(0);
  });

  it('by nobody while one cannot fetch it; out of step by the others without lockstep (negative control)', async () => {
    const enforcing = async (overrides: Record<string, unknown>): Promise<number> => {
      const fabric = given('lossless', { 'policy.installWithinMs': 2000, ...overrides });
      let changed = 0;
      await fabric.run(async (lab) => {
        const [before] = await hashes(fabric);
        await lab.link(member('1_04'), member('1_01'), { cut: true });
        await fabric.tell('1_01', 'policy-install', { policy: { rules: [{ ...POLICY.rules[0], action: 'accept' }] } });
        await lab.waitMs(1000);
        changed = (await hashes(fabric)).filter((hash) => hash !== before).length;
        await lab.link(member('1_04'), member('1_01'), {});
      });
      return changed;
    };
    expect(await enforcing({})).toBe(0);
    expect(await enforcing({ 'policy.lockstep': false })).toBe(3);
  });
});

/** What members are told at random, and what takes each of it back. */
const WORDS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['admin', { state: 'down' }],
  ['admin', { state: 'up' }],
  ['pnote', { name: 'routed', state: 'problem' }],
  ['pnote', { name: 'routed', state: 'ok' }],
  ['cpstop', {}],
  ['cpstart', {}],
  ['fwk-crash', {}],
  ['freeze', { forMs: 300 }],
];
const MENDED: typeof WORDS = [
  ['admin', { state: 'up' }],
  ['pnote', { name: 'routed', state: 'ok' }],
  ['cpstart', {}],
];

describe('a fabric whose members were told all sorts of things, and then that all is well', () => {
  it.each([1, 2, 3])('comes to rest, all active, balanced and with every backup in step (seed %i)', async (seed) => {
    const fabric = given('lossless', {}, seed, true);
    const { lab } = fabric;
    const rng = createRng(String(seed), 'words');
    try {
      await lab.up();
      for (let word = 0; word < 40; word++) {
        await lab.waitMs(rng.int(500));
        const [name, args] = WORDS[rng.int(WORDS.length)]!;
        await fabric.tell(`1_0${rng.int(4) + 1}`, name, args);
      }
      await lab.waitMs(3000);
      for (const id of ['1_01', '1_02', '1_03', '1_04']) {
        for (const [name, args] of MENDED) await fabric.tell(id, name, args);
      }
      await lab.waitUntil({ name: 'members-active', until: { equals: 4 } }, 30_000);
      await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 30_000);
      const states = [];
      for (const id of ['1_01', '1_02', '1_03', '1_04']) states.push(await fabric.state(id));
      expect(states).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 'ACTIVE']);
      expect((await lab.probe('exposed-slots')).value).toBe(0);
    } finally {
      await lab.down().catch(() => {});
    }
  });
});

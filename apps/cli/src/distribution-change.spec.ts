import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Target } from '@rehearsal/lab-port';
import { roughOptions, type SimLab } from '@rehearsal/simulator';
import type { LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/hide-nat.fabric.yaml', import.meta.url));
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const MIX = { https: 50, ssh: 10, dns: 10, ping: 10, fragments: 10, voip: 10 };
const WITHIN_MS = 10_000;

const member = (id: string): Target => ({ role: 'member', id });
const orchestrator: Target = { role: 'orchestrator', id: '1_1' };

async function change(lab: SimLab, by: string, distribution: string): Promise<void> {
  expect(await lab.command(member(by), { name: 'distribution', args: { distribution } }, 15_000)).toMatchObject({
    ok: true,
  });
}

const changed = (lab: SimLab, distribution: string): Promise<unknown> =>
  lab.waitUntil({ name: 'distribution', until: { equals: distribution } }, WITHIN_MS);

interface Passed {
  readonly ledger: LedgerSummary;
  /** Types of the group's events, with how often. */
  readonly events: Readonly<Record<string, number>>;
  readonly log: readonly string[];
}

/** What is left of traffic through a lossless fabric, everything inside hidden, to which something happens. */
async function passed(
  seed: number,
  overrides: Record<string, unknown>,
  happens: (lab: SimLab) => Promise<unknown>,
): Promise<Passed> {
  const loaded = loadFabric(FABRIC, { profile: 'lossless', overrides });
  const policy = { ...(loaded.policy as object), rules: [{ name: 'anything', action: 'accept' }] };
  const plan = { ...loaded, policy };
  const lab = simulated(plan, seed, roughOptions(plan.settings));
  try {
    await settle(lab);
    const traffic = { seed, connections: 80, packetsPerSec: 250, durationMs: 3000, mix: MIX };
    expect(await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } })).toMatchObject({ ok: true });
    await lab.waitMs(1000);
    await happens(lab);
    await lab.waitMs(1000);
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 30_000);
    const { ledger, log } = await lab.collect();
    const events: Record<string, number> = {};
    for (const line of log) {
      const commit = JSON.parse(line) as { stream: string; events: { type: string }[] };
      if (!commit.stream.startsWith('security-group.')) continue;
      for (const { type } of commit.events) events[type] = (events[type] ?? 0) + 1;
    }
    return { ledger: ledger as unknown as LedgerSummary, events, log };
  } finally {
    await lab.down();
  }
}

function expectNothingLost({ packets, connections, reordered }: LedgerSummary): void {
  expect(packets).toEqual({ ...packets, delivered: packets.sent, dropped: 0, lost: 0, unexplained: 0, duplicated: 0 });
  expect([connections.done, reordered]).toEqual([connections.total, 0]);
  expect(packets.sent).toBeGreaterThan(400);
}

async function thereAndBack(lab: SimLab): Promise<void> {
  await change(lab, '1_01', 'auto-topology');
  await changed(lab, 'auto-topology');
  await lab.waitMs(1000);
  await change(lab, '1_03', 'manual-general');
  await changed(lab, 'manual-general');
}

describe('the distribution of a fabric that is up', () => {
  it.each([[{}], [{ 'dist.l4': false }], [{ 'dist.mode': 'user' }]])(
    'is changed there and back, and nothing is lost: %j',
    async (overrides) => {
      const { ledger, events } = await passed(7, overrides, thereAndBack);
      expectNothingLost(ledger);
      expect([events['DistributionChanging'], events['DistributionReady'], events['DistributionChanged']]).toEqual([
        2, 8, 2,
      ]);
    },
  );

  it('changes alike for the same seed', async () => {
    const [one, other] = [await passed(8, {}, thereAndBack), await passed(8, {}, thereAndBack)];
    expect(other.log).toEqual(one.log);
  });

  it('cannot be changed so without telling of open connections (negative control)', async () => {
    const { ledger } = await passed(7, { 'dist.announceChange': false }, thereAndBack);
    expect(ledger.packets.dropped).toBeGreaterThan(0);
  });
});

describe('a change of the distribution ends, with nothing lost, though', () => {
  const moments = [0, 4, 8, 12, 20];

  it.each(moments)('a member dies %i ms after it began', async (ms) => {
    const { ledger, events } = await passed(100 + ms, {}, async (lab) => {
      await change(lab, '1_01', 'auto-topology');
      await lab.waitMs(ms);
      await lab.kill(member('1_02'));
      await changed(lab, 'auto-topology');
    });
    expectNothingLost(ledger);
    expect(events['MemberLost']).toBeGreaterThan(0);
  });

  it('the member that was told to dies before it answers', async () => {
    const { ledger, events } = await passed(9, {}, async (lab) => {
      const told = lab.command(
        member('1_01'),
        { name: 'distribution', args: { distribution: 'auto-topology' } },
        15_000,
      );
      await lab.waitMs(3);
      await lab.kill(member('1_01'));
      await told;
      await changed(lab, 'auto-topology');
    });
    expectNothingLost(ledger);
    expect([events['DistributionChanging'], events['DistributionChanged']]).toEqual([1, 1]);
  });

  it('a member hangs meanwhile, and wakes when all is over', async () => {
    const { ledger } = await passed(10, {}, async (lab) => {
      await lab.hang(member('1_04'));
      await change(lab, '1_01', 'auto-topology');
      await changed(lab, 'auto-topology');
      await lab.resume(member('1_04'));
      await lab.waitUntil({ name: 'members-active', until: { equals: 4 } }, WITHIN_MS);
    });
    expectNothingLost(ledger);
  });

  it.each([0, 8])('the bus is restarted %i ms after it began', async (ms) => {
    const { ledger } = await passed(20 + ms, {}, async (lab) => {
      await change(lab, '1_01', 'auto-topology');
      await lab.waitMs(ms);
      await lab.restart({ role: 'bus', id: 'bus' });
      await changed(lab, 'auto-topology');
    });
    expectNothingLost(ledger);
  });

  it.each(['killed', 'hung'])('an orchestrator is %s, with what was inside it', async (how) => {
    const { ledger, events } = await passed(30, {}, async (lab) => {
      const told = change(lab, '1_01', 'auto-topology');
      await lab.waitMs(2);
      if (how === 'killed') await lab.kill(orchestrator);
      else await lab.hang(orchestrator);
      await told;
      await lab.waitMs(1500);
      if (how === 'hung') await lab.resume(orchestrator);
      await lab.waitUntil({ name: 'orchestrators-active', until: { equals: 2 } }, WITHIN_MS);
      await changed(lab, 'auto-topology');
    });
    const { packets, reordered } = ledger;
    expect([packets.dropped, packets.unexplained, packets.duplicated, reordered]).toEqual([0, 0, 0, 0]);
    expect([events['OrchestratorLost'], events['DistributionChanged']]).toEqual([1, 1]);
  });
});

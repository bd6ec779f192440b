import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { LinkSpec, Target } from '@rehearsal/lab-port';
import type { LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const BUS: Target = { role: 'bus', id: 'bus' };

interface Outcome {
  readonly ledger: LedgerSummary;
  /** Packets that a member refused since they were steered by a version that was over. */
  readonly steeredAnew: number;
  /** Whether the table of the two orchestrators was ever seen to differ. */
  readonly differed: boolean;
}

/** A member panics and comes back while one process reads the log late. */
async function panicWhileLate(seed: number, late: Target, spec: LinkSpec): Promise<Outcome> {
  const plan = loadFabric(FABRIC, { profile: 'lossless', overrides: {} });
  const lab = simulated(plan, seed);
  try {
    await settle(lab);
    const retransmit = { firstMs: 2000, maxMs: 2000, giveUpAfter: 4 };
    const traffic = { seed, connections: 200, packetsPerSec: 500, durationMs: 8000, retransmit };
    await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } });
    await lab.waitMs(1000);
    await lab.link(late, BUS, spec);
    await lab.kill({ role: 'member', id: '1_03' });
    let differed = false;
    for (let look = 0; look < 40; look++) {
      await lab.waitMs(100);
      differed ||= (await lab.probe('versions-agree')).value === false;
    }
    await lab.link(late, BUS, {});
    await lab.waitUntil({ name: 'versions-agree', until: { equals: true } }, 5_000);
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 40_000);
    const ledger = (await lab.ledger()) as unknown as LedgerSummary;
    const { metrics } = await lab.collect();
    const steeredAnew = metrics.filter((m) => m.name === 'packets_steered_anew').reduce((sum, m) => sum + m.value, 0);
    return { ledger, steeredAnew, differed };
  } finally {
    await lab.down().catch(() => {});
  }
}

/** What must be zero. */
function flaws({ ledger }: Outcome): Record<string, number> {
  const { packets, connections } = ledger;
  return {
    dropped: packets.dropped,
    lost: packets.lost,
    unexplained: packets.unexplained,
    duplicated: packets.duplicated,
    reordered: ledger.reordered,
    notDone: connections.total - connections.done,
  };
}

const NO_FLAW = { dropped: 0, lost: 0, unexplained: 0, duplicated: 0, reordered: 0, notDone: 0 };

describe('processes that act on different versions of the slot table', () => {
  it.each([1, 2, 3])(
    'an orchestrator that reads the log late has what it steered refused, and keeps the order (seed %i)',
    async (seed) => {
      const outcome = await panicWhileLate(seed, { role: 'orchestrator', id: '1_1' }, { logDelayMs: 250 });
      expect(flaws(outcome)).toEqual(NO_FLAW);
      expect([outcome.differed, outcome.steeredAnew > 0]).toEqual([true, true]);
    },
    30_000,
  );

  it.each([1, 2])(
    'a member that reads the log late holds what was steered by a version it has not read (seed %i)',
    async (seed) => {
      const outcome = await panicWhileLate(seed, { role: 'member', id: '1_04' }, { logDelayMs: 300 });
      expect(flaws(outcome)).toEqual(NO_FLAW);
    },
    30_000,
  );
});

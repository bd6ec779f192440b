import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Target } from '@rehearsal/lab-port';
import { roughOptions, SimLab } from '@rehearsal/simulator';
import type { LedgerSummary } from '@rehearsal/traffic';
import { roleFactories } from './labs.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const MIX = { https: 30, dns: 10, ping: 15, fragments: 15, ipsec: 5, 'icmp-errors': 5, 'gtp-u': 15, gre: 5 };

/** Traffic of many protocols through a lossless fabric of which a member panics. */
async function panicked(overrides: Record<string, unknown>): Promise<LedgerSummary> {
  const loaded = loadFabric(FABRIC, { profile: 'lossless', overrides });
  const plan = { ...loaded, policy: { rules: [{ name: 'anything', action: 'accept' }] } };
  const lab = new SimLab({
    plan,
    seed: 3,
    factories: roleFactories(plan, 'spec'),
    options: roughOptions(plan.settings),
  });
  try {
    await lab.up();
    await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
    await lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, 20_000);
    const traffic = { seed: 1, connections: 200, packetsPerSec: 500, durationMs: 5000, mix: MIX };
    expect(await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } })).toMatchObject({ ok: true });
    await lab.waitMs(2500);
    await lab.kill({ role: 'member', id: '1_02' });
    await lab.waitMs(3000);
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 30_000);
    return (await lab.ledger()) as unknown as LedgerSummary;
  } finally {
    await lab.down();
  }
}

describe('every protocol in every mode', () => {
  it.each([
    [{ 'dist.mode': 'general', 'dist.gtp': 'inner' }],
    [{ 'dist.mode': 'auto-topology', 'dist.l4': false }],
    [{ 'dist.mode': 'auto-topology', 'dist.l4': true, 'dist.gtp': 'inner' }],
    // Both interfaces look at the same end: the two directions of a connection land in different slots.
    [{ 'dist.mode': 'user' }],
    [{ 'dist.mode': 'network', 'dist.l4': false }],
  ])('lives through a panic: %j', async (overrides) => {
    const { packets, connections, reordered } = await panicked(overrides);
    expect(packets).toEqual({ ...packets, delivered: packets.sent, lost: 0, unexplained: 0, duplicated: 0 });
    expect([connections.done, reordered]).toEqual([connections.total, 0]);
    expect(packets.sent).toBeGreaterThan(1000);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { RunRecord, Target } from '@rehearsal/lab-port';
import { roughOptions, type SimLab } from '@rehearsal/simulator';
import type { LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const MIX = { https: 30, dns: 10, ping: 15, fragments: 15, ipsec: 5, 'icmp-errors': 5, 'gtp-u': 15, gre: 5 };

/** What is left of traffic of many protocols through a lossless fabric to which something happens meanwhile. */
async function passed(
  overrides: Record<string, unknown>,
  happens: (lab: SimLab) => Promise<unknown>,
): Promise<{ ledger: LedgerSummary; metrics: RunRecord['metrics'] }> {
  const loaded = loadFabric(FABRIC, { profile: 'lossless', overrides });
  const plan = { ...loaded, policy: { rules: [{ name: 'anything', action: 'accept' }] } };
  const lab = simulated(plan, 3, roughOptions(plan.settings));
  try {
    await settle(lab);
    const traffic = { seed: 1, connections: 200, packetsPerSec: 500, durationMs: 5000, mix: MIX };
    expect(await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } })).toMatchObject({ ok: true });
    await lab.waitMs(2500);
    await happens(lab);
    await lab.waitMs(3000);
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 20_000 } }, 30_000);
    const { ledger, metrics } = await lab.collect();
    return { ledger: ledger as unknown as LedgerSummary, metrics };
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
    const { ledger } = await passed(overrides, (lab) => lab.kill({ role: 'member', id: '1_02' }));
    const { packets, connections, reordered } = ledger;
    expect(packets).toEqual({ ...packets, delivered: packets.sent, lost: 0, unexplained: 0, duplicated: 0 });
    expect([connections.done, reordered]).toEqual([connections.total, 0]);
    expect(packets.sent).toBeGreaterThan(1000);
  });
});

describe('packets that come in by another slot than the home of their connection', () => {
  it('are counted by who hands them on and by who takes them in, and how long that takes is measured', async () => {
    const { ledger, metrics } = await passed({ 'dist.mode': 'user' }, async () => {});
    const of = (name: string): number[] => metrics.filter((m) => m.name === name).map((m) => m.value);
    const sum = (name: string): number => of(name).reduce((a, b) => a + b, 0);
    expect(of('packets_handed_on')).toHaveLength(4);
    expect(sum('packets_handed_on')).toBe(ledger.correction.packets);
    expect(sum('packets_taken_in')).toBe(ledger.correction.packets);
    const [p50, p99] = [of('correction_extra_p50_us_now'), of('correction_extra_p99_us_now')];
    // There and back: at least two messages of the bus.
    for (const us of p50) expect(us).toBeGreaterThan(100);
    p99.forEach((us, i) => expect(us).toBeGreaterThanOrEqual(p50[i]!));
    expect(p99).toHaveLength(4);
  });

  it('are none where both directions come in by one slot', async () => {
    const { ledger, metrics } = await passed({ 'dist.mode': 'general' }, async () => {});
    expect(ledger.correction.packets).toBe(0);
    expect(metrics.filter((m) => /handed_on|taken_in|correction/.test(m.name))).toEqual([]);
  });
});

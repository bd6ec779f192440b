import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { FabricPlan, LedgerSummary, Note } from '@rehearsal/lab-port';
import { settle, simulated } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/release-upgrade.fabric.yaml');
const TRAFFIC = { role: 'outside-world', id: 'outside' } as const;

function planAt(take: number, settings: Record<string, string> = {}): FabricPlan {
  const plan = loadFabric(FABRIC, { overrides: settings });
  return { ...plan, securityGroup: { ...plan.securityGroup, take } };
}

interface Lived {
  readonly issues: readonly Note[];
  readonly incarnations: readonly number[];
  readonly ledger: LedgerSummary;
}

/** Lives with this traffic for some seconds. */
async function live(plan: FabricPlan, mix: Record<string, number>): Promise<Lived> {
  const lab = simulated(plan, 1);
  await settle(lab);
  const traffic = { seed: 1, connections: 20, packetsPerSec: 100, durationMs: 4000, mix };
  await lab.command(TRAFFIC, { name: 'start', args: { plan: traffic } });
  await lab.waitMs(6000);
  const { members } = await lab.status();
  const ledger = await lab.ledger();
  const { notes } = await lab.collect();
  await lab.down();
  const issues = notes.filter(({ code }) => code === 'known_issue');
  return { issues, incarnations: members.map((m) => m.incarnation), ledger };
}

const ids = ({ issues }: Lived): string[] => [...new Set(issues.map(({ fields }) => String(fields['issue'])))];

describe('a member of a take with a known issue', () => {
  it('panics when it sees VPN traffic, and says which issue it is', async () => {
    const lived = await live(planAt(78), { ipsec: 100 });
    expect(ids(lived)).toContain('PRJ-54398');
    expect(Math.max(...lived.incarnations)).toBeGreaterThan(1);
    const [first] = lived.issues.filter(({ fields }) => fields['issue'] === 'PRJ-54398');
    expect(first?.fields['what']).toMatch(/PRJ-54398.*fixed in R81\.10 take 79/s);
  });

  it('does not at the take that fixes it, nor without such traffic', async () => {
    const fixed = await live(planAt(79), { ipsec: 100 });
    expect([ids(fixed), fixed.incarnations]).toEqual([[], [1, 1, 1, 1]]);
    const told = await live(planAt(78, { 'issue.act': 'false' }), { ipsec: 100 });
    expect([ids(told), told.incarnations]).toEqual([[], [1, 1, 1, 1]]);
    const quiet = await live(planAt(78), { https: 100 });
    expect([ids(quiet), quiet.incarnations]).toEqual([['PRJ-57107'], [1, 1, 1, 1]]);
  });

  it('loses memory, until its data plane crashes', async () => {
    const settings = { 'issue.leakKbPerSec': '50000', 'issue.leakLimitKb': '100000' };
    const leaking = await live(planAt(78, settings), { https: 100 });
    expect(ids(leaking)).toEqual(['PRJ-57107']);
    const fixed = await live(planAt(79, settings), { https: 100 });
    expect(fixed.issues).toEqual([]);
  });
});

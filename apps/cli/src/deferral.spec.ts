import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Target } from '@rehearsal/lab-port';
import { roughOptions, type SimLab } from '@rehearsal/simulator';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const example = (file: string): string => fileURLToPath(new URL(`../../../examples/fabrics/${file}`, import.meta.url));
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const member = (id: string): Target => ({ role: 'member', id });
/** Short connections, one after the other: every lane is either web or mail. */
const PLAN = {
  seed: 1,
  connections: { concurrent: 20, total: 200 },
  packetsPerSec: 200,
  exchanges: 1,
  mix: { https: 1, smtp: 1 },
  retransmit: { firstMs: 500, maxMs: 2000, giveUpAfter: 15 },
};

interface Played {
  readonly ledger: LedgerSummary;
  readonly rows: readonly ConnectionRow[];
}

/** A fabric under traffic that goes through `story`. */
async function played(fabric: string, seed: number, story: (lab: SimLab) => Promise<void>): Promise<Played> {
  const plan = loadFabric(example(fabric), { profile: 'lossless' });
  const lab = simulated(plan, seed, roughOptions(plan.settings));
  try {
    await settle(lab);
    await lab.command(TRAFFIC, { name: 'start', args: { plan: PLAN } });
    await lab.waitMs(1000);
    await story(lab);
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 60_000 } }, 70_000);
    const reply = await lab.command(TRAFFIC, { name: 'connections', args: { from: 0, count: PLAN.connections.total } });
    const { rows } = (reply.ok ? reply.body : {}) as { readonly rows: readonly ConnectionRow[] };
    return { ledger: (await lab.ledger()) as unknown as LedgerSummary, rows };
  } finally {
    await lab.down().catch(() => {});
  }
}

const deferring = async (lab: SimLab): Promise<unknown> => (await lab.probe('deferring', {})).value;
const until = (lab: SimLab, name: string, equals: unknown): Promise<unknown> =>
  lab.waitUntil({ name, until: { equals } }, 30_000);

describe('connections of a rule that may wait', () => {
  it.each([1, 2])('wait also at a member that comes up meanwhile, and begin once all serve (seed %i)', async (seed) => {
    const { ledger, rows } = await played('deferral.fabric.yaml', seed, async (lab) => {
      expect(await deferring(lab)).toBe(false);
      await lab.kill(member('1_03'), { rebootAfterMs: 6_000 });
      await lab.command(member('1_01'), { name: 'admin', args: { state: 'down', member: '1_04' } });
      await until(lab, 'members-active', 2);
      await lab.command(member('1_01'), { name: 'admin', args: { state: 'up', member: '1_04' } });
      await until(lab, 'members-active', 3);
      // It has joined, and 1_03 has not: mail waits there as it does elsewhere.
      const openedBefore = await mailThrough(lab);
      await lab.waitMs(1_500);
      expect([await deferring(lab), await mailThrough(lab)]).toEqual([true, openedBefore]);
      await until(lab, 'members-active', 4);
      await until(lab, 'deferring', false);
    });
    const put = rows.filter((row) => row.deferral !== undefined);
    expect(put.length).toBeGreaterThan(0);
    expect(new Set(put.map((row) => `${row.service} ${row.outcome}`))).toEqual(new Set(['smtp done']));
    expect(Object.keys(ledger.dropped)).toContain('deferred');
    expect([ledger.unexplained, ledger.connections.lost]).toEqual([0, 0]);
  });

  it('are those of the policy that is in force, also where it came later', async () => {
    const rules = [
      { name: 'web', service: 'https', action: 'accept' },
      { name: 'post', service: 'smtp', action: 'accept', defer: true },
    ];
    const { rows } = await played('single-site.fabric.yaml', 1, async (lab) => {
      await lab.command(member('1_01'), { name: 'admin', args: { state: 'down', member: '1_04' } });
      await until(lab, 'members-active', 3);
      expect(await deferring(lab)).toBe(false);
      const reply = await lab.command(member('1_02'), { name: 'policy-install', args: { policy: { rules } } }, 15_000);
      expect(reply).toMatchObject({ ok: true });
      await until(lab, 'deferring', true);
      await lab.waitMs(1_500);
      await lab.command(member('1_01'), { name: 'admin', args: { state: 'up', member: '1_04' } });
      await until(lab, 'deferring', false);
    });
    const services = new Set(rows.filter((row) => row.deferral !== undefined).map((row) => row.service));
    expect([...services]).toEqual(['smtp']);
  });
});

/** Connections of mail that are past their beginning. */
async function mailThrough(lab: SimLab): Promise<number> {
  const reply = await lab.command(TRAFFIC, { name: 'connections', args: { from: 0, count: PLAN.connections.total } });
  const { rows } = (reply.ok ? reply.body : {}) as { readonly rows: readonly ConnectionRow[] };
  return rows.filter((row) => row.service === 'smtp' && row.delivered > 0).length;
}

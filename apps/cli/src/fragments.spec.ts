import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { Target } from '@rehearsal/lab-port';
import { roughOptions } from '@rehearsal/simulator';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { settle, simulated } from './testing/settled-lab.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const FABRIC = join(repository, 'examples', 'fabrics', 'single-site.fabric.yaml');
const TRAFFIC: Target = { role: 'outside-world', id: 'outside' };
const beside = join(dirname(repository), 'shared', 'captures');
/** Echoes above the MTU; long answers of DNS; TCP in fragments of 16 bytes that no connection explains. */
const CAPTURES = [
  join(repository, 'examples', 'captures', 'ping-fragments.pcap'),
  join(beside, 'dns_fragmented.pcap'),
  join(beside, 'ip_fragmented_garbage.pcap'),
].filter((path) => existsSync(path));

/** Tuple, outcome, packets sent, delivered and dropped of a connection. */
type Row = readonly [
  tuple: string,
  outcome: string,
  sent: number,
  delivered: number,
  dropped: ConnectionRow['dropped'],
];

interface Played {
  readonly ledger: LedgerSummary;
  readonly rows: readonly Row[];
}

const PING_ONLY = { rules: [{ name: 'ping', service: 'icmp', action: 'accept' }] };
const EVERYTHING = { rules: [{ name: 'anything', action: 'accept' }] };

/** Plays the captures through a lossless fabric, in which members panic one after another or none does. */
async function play(panics: readonly string[], overrides: Record<string, unknown>, policy: unknown): Promise<Played> {
  const loaded = loadFabric(FABRIC, { profile: 'lossless', overrides });
  const plan = {
    ...loaded,
    policy,
    traffic: { ...loaded.traffic, captures: CAPTURES },
  };
  const lab = simulated(plan, 7, roughOptions(plan.settings));
  try {
    await settle(lab);
    const captures = CAPTURES.map((path) => ({ name: basename(path), packetsPerSec: 400, repeats: 2, parallel: 2 }));
    const started = await lab.command(TRAFFIC, { name: 'start', args: { plan: { seed: 1, captures } } });
    expect(started).toMatchObject({ ok: true });
    for (const id of panics) {
      await lab.waitMs(1000);
      await lab.kill({ role: 'member', id });
    }
    await lab.command(TRAFFIC, { name: 'finish', args: { deadlineMs: 60_000 } }, 90_000);
    const reply = await lab.command(TRAFFIC, { name: 'connections', args: { count: 1000 } });
    if (!reply.ok) throw new Error(reply.reason);
    const { rows } = reply.body as { rows: ConnectionRow[] };
    const ledger = (await lab.ledger()) as unknown as LedgerSummary;
    return { ledger, rows: rows.map((r) => [r.tuple, r.outcome, r.sent, r.delivered, r.dropped]) };
  } finally {
    await lab.down();
  }
}

describe('recorded fragments', () => {
  it.each([
    ['both addresses and ports', {}],
    ['auto-topology without ports', { 'dist.mode': 'auto-topology', 'dist.l4': false }],
  ])('come out, panics or not, where their first one does, steered by %s', async (_name, overrides) => {
    const calm = await play([], overrides, EVERYTHING);
    const panicked = await play(['1_01', '1_02', '1_03'], overrides, EVERYTHING);
    expect(panicked.rows).toEqual(calm.rows);
    for (const { ledger } of [calm, panicked]) {
      const { sent, delivered, lost, unexplained, duplicated } = ledger.packets;
      expect([delivered, lost, unexplained, duplicated, ledger.reordered]).toEqual([sent, 0, 0, 0, 0]);
    }
  });

  it('stay within where the policy refuses their first one', async () => {
    const { ledger, rows } = await play([], { 'policy.other': 'drop' }, PING_ONLY);
    const deliveredOf = (protocol: RegExp): number =>
      rows.filter(([tuple]) => protocol.test(tuple)).reduce((sum, [, , , delivered]) => sum + delivered, 0);
    expect(deliveredOf(/\/(udp|tcp)$/)).toBe(0);
    expect(deliveredOf(/\/icmp$/)).toBe(48);
    expect([ledger.packets.lost, ledger.packets.unexplained]).toEqual([0, 0]);
  });
});

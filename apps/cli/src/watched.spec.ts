import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { SampleSeries, Traffic } from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import type { RunRecord, Samples } from '@rehearsal/lab-port';
import { roughOptions, SimLab } from '@rehearsal/simulator';
import { roleFactories } from './labs.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));

/** A panic under traffic in rough weather; `everyMs` says how often somebody looks on, 0 never. */
async function panic(everyMs: number): Promise<{ readonly record: RunRecord; readonly samples: Samples }> {
  const plan = loadFabric(FABRIC, { profile: 'vendor' });
  const lab = new SimLab({
    plan,
    seed: 5,
    factories: roleFactories(plan, 'spec'),
    options: roughOptions(plan.settings),
  });
  const series = new SampleSeries(
    plan.securityGroup.members.map((m) => m.id),
    everyMs,
  );
  await lab.up();
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
  const end = everyMs === 0 ? () => {} : lab.watch(everyMs, (reading) => series.take(reading));
  const traffic = new Traffic(lab);
  await traffic.start({ connections: 60, packetsPerSec: 400, durationMs: 3000 });
  await lab.waitMs(1000);
  await lab.kill({ role: 'member', id: '1_03' });
  await lab.waitMs(2000);
  await traffic.drain(20_000);
  end();
  const record = await lab.collect();
  await lab.down();
  return { record, samples: series.series() };
}

describe('a simulated run that is watched', () => {
  it('is the same to the byte as one that is not, however often', async () => {
    const { record } = await panic(0);
    const { record: watched, samples } = await panic(100);
    const { record: closely } = await panic(7);
    expect(watched).toEqual(record);
    expect(closely).toEqual(record);
    const { atMs } = samples.samples[0]!;
    expect(samples.samples.slice(0, 3).map((s) => s.atMs - atMs)).toEqual([0, 100, 200]);
    const { packets } = record.ledger!;
    const last = samples.samples.at(-1)!;
    expect([last.sent, last.delivered, last.dropped, last.lost]).toEqual([
      packets.sent,
      packets.delivered,
      packets.dropped,
      packets.lost,
    ]);
    expect(samples.samples.some((s) => s.judged[2] === null)).toBe(true);
    expect(samples.samples.some((s) => s.exposedSlots! > 0)).toBe(true);
    expect(samples.samples.flatMap((s) => s.aheadOfCopies).some((n) => n !== null && n > 0)).toBe(true);
  }, 120_000);
});

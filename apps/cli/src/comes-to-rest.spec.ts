import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import { createRng } from '@rehearsal/kernel';
import { roughOptions } from '@rehearsal/simulator';
import { simulated } from './testing/settled-lab.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const PANICS = 30;

/** Panics members at moments the seed chooses, also while slots are on their way; then leaves the fabric alone. */
async function panicAtRandom(seed: number): Promise<{ exposed: unknown; balanced: unknown }> {
  const plan = loadFabric(FABRIC, { profile: 'lossless', overrides: { 'dist.placement': 'spread' } });
  const lab = simulated(plan, seed, roughOptions(plan.settings));
  const rng = createRng(String(seed), 'panics');
  try {
    await lab.up();
    for (let panic = 0; panic < PANICS; panic++) {
      await lab.waitMs(rng.int(900));
      const running = (await lab.status()).members.filter((m) => m.process === 'running');
      const victim = running[rng.int(running.length + 1)];
      if (victim !== undefined) await lab.kill({ role: 'member', id: victim.id });
    }
    await lab.waitMs(10_000);
    return { exposed: (await lab.probe('exposed-slots')).value, balanced: (await lab.probe('balanced')).value };
  } finally {
    await lab.down().catch(() => {});
  }
}

/** A member comes back and is given its slots; at that very moment, before it could release them, their owner dies. */
async function dieWhileHandingOver(seed: number): Promise<{ exposed: unknown; balanced: unknown }> {
  const plan = loadFabric(FABRIC, { profile: 'lossless' });
  const lab = simulated(plan, seed);
  const swaps = (): number => lab.sim.log.lines().filter((line) => line.includes('"SlotsSwapped"')).length;
  try {
    await lab.up();
    await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
    const before = swaps();
    await lab.kill({ role: 'member', id: '1_03' });
    while (swaps() === before) await lab.waitMs(0.1);
    await lab.kill({ role: 'member', id: '1_04' });
    await lab.waitMs(10_000);
    return { exposed: (await lab.probe('exposed-slots')).value, balanced: (await lab.probe('balanced')).value };
  } finally {
    await lab.down().catch(() => {});
  }
}

describe('a member that waits for the release of its slots', () => {
  it.each([1, 2, 3])(
    'serves them all the same when their owner dies before it released them (seed %i)',
    async (seed) => {
      expect(await dieWhileHandingOver(seed)).toEqual({ exposed: 0, balanced: true });
    },
  );
});

describe('a fabric that is left alone after thirty panics', () => {
  it.each([1, 2, 3, 4, 5, 6])('comes to rest, balanced and with every backup in step (seed %i)', async (seed) => {
    expect(await panicAtRandom(seed)).toEqual({ exposed: 0, balanced: true });
  });
});

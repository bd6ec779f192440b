import { describe, expect, it } from '@jest/globals';
import { labContract } from '@rehearsal/lab-port/testing';
import { SimLab } from './sim-lab.js';
import { toyPlan } from './testing/toy-plan.js';
import { toyFactories } from './testing/toy-roles.js';

const toyLab = async (): Promise<SimLab> => new SimLab({ plan: toyPlan(), factories: toyFactories, seed: 7 });

labContract('the simulated lab', toyLab, { timeoutMs: 10_000, settleMs: 30_000 });

describe('the simulated lab', () => {
  it('says which roles never got ready', async () => {
    const factories = {
      ...toyFactories,
      sync: () => ({
        start: () => {},
        health: () => ({ ready: false, detail: {} }),
        command: () => {},
        stop: () => {},
      }),
    };
    await expect(new SimLab({ plan: toyPlan(), factories, seed: 1 }).up()).rejects.toThrow(/not ready: sync 1/);
  });

  it('lets virtual time pass exactly as long as it is asked to', async () => {
    const lab = await toyLab();
    await lab.up();
    const start = lab.nowMs();
    await lab.waitMs(12_345);
    expect(lab.nowMs() - start).toBe(12_345);
  });

  it('knows when a process noted something, and when something was stored, although all clocks differ', async () => {
    const options = { clockOffsetMaxMs: 300, clockDriftMaxPpm: 1_000 };
    const lab = new SimLab({ plan: toyPlan(), factories: toyFactories, seed: 7, options });
    await lab.up();
    await lab.waitMs(20_000);
    const { sim } = lab;
    const shown = sim.processes.map((process) => process.clockMs(sim.nowUs));
    expect(new Set(shown).size).toBeGreaterThan(1);
    for (const [i, { entry }] of sim.processes.entries()) {
      expect(lab.momentOf(entry, shown[i]!)).toBeCloseTo(lab.nowMs(), 2);
    }
    const { log, startedAtMs } = await lab.collect();
    const stored = lab.storedAtMs();
    expect(stored).toHaveLength(log.length);
    expect([stored[0], stored[stored.length - 1]]).toEqual([startedAtMs, lab.nowMs()]);
    expect(stored).toEqual([...stored].sort((a, b) => a - b));
  });

  it('ends the run with seed, reason and time when two members serve one slot', async () => {
    const factories = {
      ...toyFactories,
      member: ((runtime, entry, plan, probe) => {
        runtime.after(500, () => probe?.onServe(entry.id, runtime.self.incarnation, 9, 3));
        return toyFactories.member(runtime, entry, plan, undefined);
      }) satisfies typeof toyFactories.member,
    };
    const lab = new SimLab({ plan: toyPlan(), factories, seed: 11 });
    await lab.up();
    await expect(lab.waitMs(1000)).rejects.toThrow(
      /Seed 11, after 5\d\d(\.\d+)? ms: two members serve slot 9: 1_0\d .* and 1_0\d/,
    );
    await expect(lab.status()).rejects.toMatchObject({ kind: 'deviated' });
  });
});

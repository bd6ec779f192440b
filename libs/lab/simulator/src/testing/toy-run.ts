import type { RunRecord } from '@rehearsal/lab-port';
import { roughOptions } from '../options.js';
import { SimLab } from '../sim-lab.js';
import { toyPlan } from './toy-plan.js';
import { toyFactories } from './toy-roles.js';

/** A run in which much goes wrong: a panic, a hang, a cut, a restart of the bus, all in a rough world. */
export async function toyRun(seed: number): Promise<RunRecord> {
  const plan = toyPlan();
  const lab = new SimLab({ plan, factories: toyFactories, seed, options: roughOptions(plan.settings) });
  const [m1, m2, o1] = [
    { role: 'member', id: '1_01' },
    { role: 'member', id: '1_02' },
    { role: 'orchestrator', id: '1_1' },
  ] as const;
  await lab.up();
  await lab.waitMs(500);
  await lab.kill(m1);
  await lab.hang(m2);
  await lab.waitMs(400);
  await lab.resume(m2);
  await lab.link(o1, m2, { cut: true });
  await lab.restart({ role: 'bus', id: 'bus' });
  await lab.waitMs(500);
  await lab.link(o1, m2, {});
  await lab.restart(o1);
  await lab.waitMs(3000);
  return lab.collect();
}

/** What of a run must be the same every time: all of it. */
export function fingerprint(record: RunRecord): string {
  const last = record.log[record.log.length - 1]!.slice(0, 200);
  return JSON.stringify({
    seal: record.seal.hash,
    notes: record.notes.length,
    metrics: record.metrics,
    endedAtMs: record.endedAtMs,
    last,
  });
}

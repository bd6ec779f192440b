import type { RunRecord } from '@rehearsal/lab-port';
import type { SimLab } from '../sim-lab.js';

/** Brings a world up, lets a member panic and come back, and takes it down. */
export async function panicRun(lab: SimLab): Promise<RunRecord> {
  await lab.up();
  await lab.waitMs(600);
  await lab.kill({ role: 'member', id: '1_02' }, { rebootAfterMs: 200 });
  await lab.waitMs(1500);
  const record = await lab.collect();
  await lab.down();
  return record;
}

import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import { SimLab, type SimOptions } from '@rehearsal/simulator';
import { roleFactories } from '../labs.js';

const SETTLE_WITHIN_MS = 20_000;

/** A simulated fabric with the roles that users get; calm, where nothing else is said. */
export function simulated(plan: FabricPlan, seed: number, options: Partial<SimOptions> = {}): SimLab {
  return new SimLab({ plan, seed, factories: roleFactories(plan, 'spec'), options });
}

/** Brings it up, until every slot is where it belongs and has its backup. */
export async function settle(lab: Lab): Promise<void> {
  await lab.up();
  await settled(lab, SETTLE_WITHIN_MS);
}

/** Waits for that. */
export async function settled(lab: Lab, withinMs: number): Promise<void> {
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, withinMs);
  await lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, withinMs);
}

import type { Mode } from '@rehearsal/dataplane';
import type { FabricPlan } from '@rehearsal/lab-port';

/** How packets of each interface are spread, as orchestrators and members are told; general where a plan does not say. */
export function interfaceModes(plan: FabricPlan): { inside: Mode; outside: Mode } {
  const modeOf = (name: string): Mode =>
    plan.securityGroup.interfaces.find((i) => i.name === name)?.distribution ?? 'general';
  return { inside: modeOf('inside'), outside: modeOf('outside') };
}

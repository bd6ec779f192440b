import type { FabricPlan } from '@rehearsal/lab-port';
import { readPackageName } from '@rehearsal/software';
import type { PlannedCommand } from './planned-commands.js';

/**
 * The fabric with a conductor, since a runbook changes software, and with the packages the runbook names: whoever has
 * the procedure has the files.
 */
export function withConductor(plan: FabricPlan, planned: readonly PlannedCommand[]): FabricPlan {
  const named = planned.flatMap(({ command }) => command.words.flatMap((word) => readPackageName(word) ?? []));
  const known = new Set(plan.packages.map((p) => p.file));
  const packages = [...plan.packages];
  for (const { file, kind, release, take } of named) {
    if (known.has(file)) continue;
    known.add(file);
    packages.push({ file, kind, release, take });
  }
  if (plan.roles.some((r) => r.role === 'upgrade-conductor')) return { ...plan, packages };
  const [sync, ...others] = plan.roles;
  const conductor = { role: 'upgrade-conductor', id: '1', subject: 'data.upgrade-conductor.1' } as const;
  return { ...plan, packages, roles: [...(sync === undefined ? [] : [sync]), conductor, ...others] };
}

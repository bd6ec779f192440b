import type { FabricPlan, LabStatus } from '@rehearsal/lab-port';
import type { Schedule } from './schedule.js';

/** Why a fabric, or what is left of it, is not at rest, in words; undefined when it is. */
export function atRest(status: LabStatus, plan: FabricPlan, gone: Schedule['gone']): string | undefined {
  const members = status.members.filter((m) => gone[`member ${m.id}`] === undefined);
  const orchestrators = status.orchestrators.filter((o) => gone[`orchestrator ${o.id}`] === undefined);
  for (const row of [...orchestrators, ...members, status.sync, status.traffic]) {
    if (row.process !== 'running' || !row.ready) return `${row.role} ${row.id} is ${row.process} and ${row.state}`;
  }
  for (const { id, detail } of orchestrators) {
    const active = detail['activeMembers'];
    const count = Array.isArray(active) ? active.length : 0;
    if (count !== members.length) return `orchestrator ${id} has ${count} of ${members.length} members active`;
    if (detail['balanced'] !== true) return `orchestrator ${id} has slots on their way`;
    if (detail['distribution'] === 'changing') return `orchestrator ${id} waits for the distribution to change`;
    const exposed = detail['exposedSlots'];
    if (members.length > 1 && exposed !== 0) return `orchestrator ${id} has ${String(exposed)} slots without a backup`;
  }
  // Until hosts know of its end they send to whoever is gone, and after a restart of the bus nobody knows for a while.
  for (const { id, state } of waysOf(status)) {
    if (gone[`orchestrator ${id}`] !== undefined && state === 'alive') return `hosts take orchestrator ${id} for alive`;
  }
  let serving = 0;
  for (const { id, detail } of members) {
    serving += Number(detail['servingSlots']);
    if (detail['waitingSlots'] !== 0)
      return `member ${id} waits for the release of ${String(detail['waitingSlots'])} slots`;
  }
  const slots = plan.settings['dist.slots'];
  return serving === slots ? undefined : `${serving} of ${slots} slots are served`;
}

interface Way {
  readonly id: string;
  readonly state: string;
}

/** Orchestrators as hosts see them. */
function waysOf(status: LabStatus): readonly Way[] {
  const ways = status.traffic.detail['orchestrators'];
  return Array.isArray(ways) ? (ways as Way[]) : [];
}

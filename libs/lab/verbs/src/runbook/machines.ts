import type { FabricPlan } from '@rehearsal/lab-port';
import type { HostTarget } from '@rehearsal/runbook';

/** Where a runbook can go to. */
export interface Machines {
  readonly members: readonly string[];
  readonly orchestrators: readonly string[];
  /** Names of the group, in lower case: who logs in there is at the SMO. */
  readonly group: readonly string[];
}

export function machinesOf({ fabric, roles, securityGroup }: FabricPlan): Machines {
  const ids = (of: string): string[] => roles.filter(({ role }) => role === of).map(({ id }) => id);
  const group = ['smo', 'maestro', 'sg', securityGroup.name.toLowerCase(), fabric.toLowerCase()];
  return { members: ids('member'), orchestrators: ids('orchestrator'), group };
}

const ADDRESS = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Why nobody gets to a host, or what is to be said of who does. */
export function leadsTo(
  { host, target }: { readonly host: string; readonly target: HostTarget | undefined },
  { members, orchestrators, group }: Machines,
): { readonly why?: string; readonly note?: string } {
  const name = host.replace(/^[^@]*@/, '').toLowerCase();
  const known = `Machines are ${[...members.map((id) => `sgm ${id}`), ...orchestrators.map((id) => `mho ${id}`)].join(', ')}.`;
  if (target !== undefined) {
    const there = target.role === 'member' ? members : orchestrators;
    return there.includes(target.id) ? {} : { why: `there is no ${target.role} ${target.id} in this fabric. ${known}` };
  }
  if (group.includes(name)) return {};
  // The file says addresses of somebody's own network; who follows it logs in to the group by one.
  if (ADDRESS.test(name)) return { note: `${name} is taken for the address of the group: at its SMO` };
  return { why: `${host} is no machine of this fabric. ${known}` };
}

/** As `exec` is told where a command is typed; the SMO where nothing is said. */
export function whereIs(target: HostTarget | undefined): string[] {
  if (target === undefined) return [];
  return target.role === 'orchestrator' ? ['mho', target.id] : [target.id];
}

import type { CommandReply } from '@rehearsal/kernel';
import type { FabricPlan } from './plan.js';
import type { LabStatus, ProcessState, ProcessStatus } from './status.js';

/** What a lab knows of a process without asking it. */
export interface ProcessFacts {
  readonly role: string;
  readonly id: string;
  readonly process: ProcessState;
  readonly pid: number | null;
  readonly incarnation: number;
  readonly restarts?: number;
  /** What the role's health says; counts where `status` does not. */
  readonly ready?: boolean;
}

/** One row of `LabStatus` from what the lab knows and what the role answered to `status`, if it did. */
export function processStatus(facts: ProcessFacts, answer: CommandReply | undefined): ProcessStatus {
  const said = answer?.ok === true && typeof answer.body === 'object' && answer.body !== null ? answer.body : undefined;
  const body = said as Readonly<Record<string, unknown>> | undefined;
  const { state, ready, connections, ...detail } = body ?? {};
  const silent = facts.process === 'running' ? 'unreachable' : facts.process;
  return {
    ...facts,
    state: typeof state === 'string' ? state : body === undefined ? silent : 'UP',
    ready: typeof ready === 'boolean' ? ready : facts.ready === true,
    connections: typeof connections === 'number' ? connections : 0,
    detail,
  };
}

/** `LabStatus` from its rows, which come in the order of `plan.roles`. */
export function labStatus(
  plan: FabricPlan,
  atMs: number,
  bus: 'up' | 'down',
  rows: readonly ProcessStatus[],
): LabStatus {
  const one = (role: string): ProcessStatus => {
    const row = rows.find((r) => r.role === role);
    if (row === undefined) throw new Error(`the plan of fabric ${plan.fabric} has no ${role}`);
    return row;
  };
  const conductor = rows.find((r) => r.role === 'upgrade-conductor');
  return {
    fabric: plan.fabric,
    profile: plan.profile,
    atMs,
    bus,
    members: rows.filter((r) => r.role === 'member'),
    orchestrators: rows.filter((r) => r.role === 'orchestrator'),
    sync: one('sync'),
    traffic: one('outside-world'),
    ...(conductor !== undefined && { conductor }),
  };
}

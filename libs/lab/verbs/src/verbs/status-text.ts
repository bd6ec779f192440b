import type { LabStatus, ProcessStatus } from '@rehearsal/lab-port';
import { z } from 'zod';
import { textTable } from './table.js';

/** One process of a fabric. */
export const processRow = z.strictObject({
  id: z.string(),
  /** The operating system's number of the process; null while there is none. */
  pid: z.int().nullable(),
  incarnation: z.int(),
  process: z.enum(['running', 'hung', 'dead', 'rebooting']),
  state: z.string(),
  ready: z.boolean(),
  connections: z.int(),
  /** How often it ended by itself and was started again. */
  restarts: z.int(),
});
type Row = z.output<typeof processRow>;

/** All processes of a fabric. */
export const processRows = {
  bus: z.enum(['up', 'down']),
  /** How often the bus, or the links to it, ended by themselves and were started again. */
  busRestarts: z.int(),
  members: z.array(processRow),
  orchestrators: z.array(processRow),
  sync: processRow,
  traffic: processRow,
};
type Rows = z.output<z.ZodObject<typeof processRows>>;

const rowOf = (p: ProcessStatus): Row => {
  const { id, pid, incarnation, process, state, ready, connections, restarts = 0 } = p;
  return { id, pid, incarnation, process, state, ready, connections, restarts };
};

export function rowsOf(s: LabStatus): Rows {
  return {
    bus: s.bus,
    busRestarts: s.busRestarts ?? 0,
    members: s.members.map(rowOf),
    orchestrators: s.orchestrators.map(rowOf),
    sync: rowOf(s.sync),
    traffic: rowOf(s.traffic),
  };
}

/** A table of all processes; what ended by itself is named under it. */
export function rowsText(out: Rows): string {
  const rows = [
    ...out.orchestrators.map((r) => ['orchestrator', r] as const),
    ...out.members.map((r) => ['member', r] as const),
    ['sync', out.sync] as const,
    ['traffic', out.traffic] as const,
  ];
  const again: [string, number][] = rows
    .filter(([, r]) => r.restarts > 0)
    .map(([role, r]) => [`${role} ${r.id}`, r.restarts]);
  if (out.busRestarts > 0) again.unshift(['bus', out.busRestarts]);
  return [
    textTable(
      ['role', 'id', 'pid', 'state', 'connections', 'incarnation'],
      rows.map(([role, r]) => [role, r.id, r.pid, r.state, r.connections, r.incarnation]),
    ),
    ...again.map(([what, n]) => `${what} ended by itself and was started again${n > 1 ? `, ${n} times` : ''}\n`),
  ].join('');
}

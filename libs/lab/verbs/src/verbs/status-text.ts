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

/** Where what is archived is published. */
const outletRow = z.strictObject({
  /** Where to. */
  about: z.string(),
  /** `opening` as long as the archive is, `away` while it takes nothing. */
  state: z.enum(['opening', 'up', 'away']),
  /** The last sequence that is known to be published. */
  publishedSeq: z.int(),
  /** Commits that are archived and not known to be published. */
  lag: z.int(),
  /** Why it is away. */
  reason: z.string().optional(),
});

/** Who signs the archived log, and what came of it. */
const checkpointsRow = z.strictObject({
  /** `unsigned`: nobody does; `behind`, `refused`: the archive has less, or other commits, than were signed before. */
  state: z.enum(['opening', 'signs', 'unsigned', 'behind', 'refused', 'away']),
  /** Where checkpoints are published. */
  file: z.string(),
  everySeconds: z.number(),
  /** Commits that the last one covers. */
  commits: z.int(),
  /** Name of the key. */
  signer: z.string().optional(),
  /** Why nothing is signed. */
  reason: z.string().optional(),
  /** Where they are published beside the file. */
  outlet: outletRow.optional(),
});

/** The archive of a fabric's log. */
const archiveRow = z.strictObject({
  pid: z.int().nullable(),
  process: z.enum(['running', 'hung', 'dead', 'rebooting']),
  /** `opening`, `up`, `away` while its database takes nothing, or what a process is that does not answer. */
  state: z.string(),
  /** Where it keeps the log. */
  store: z.string(),
  /** The last archived sequence, and the last of the log. */
  archivedSeq: z.int(),
  logSeq: z.int(),
  /** Commits that are in the log and not in the archive yet. */
  lag: z.int(),
  /** Null where it is published nowhere. */
  outlet: outletRow.nullable(),
  /** Null where nobody is to sign it, and while the archive does not answer. */
  checkpoints: checkpointsRow.nullable(),
});

/** All processes of a fabric. */
export const processRows = {
  bus: z.enum(['up', 'down']),
  /** How often the bus, or the links to it, ended by themselves and were started again. */
  busRestarts: z.int(),
  members: z.array(processRow),
  orchestrators: z.array(processRow),
  sync: processRow,
  traffic: processRow,
  /** Null where the log is not archived. */
  archive: archiveRow.nullable(),
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
    archive: s.archive === undefined ? null : archiveOf(s.archive),
  };
}

function archiveOf({ pid, process, state, detail }: ProcessStatus): z.output<typeof archiveRow> {
  const count = (name: string): number => (typeof detail[name] === 'number' ? detail[name] : 0);
  const store = typeof detail['store'] === 'string' ? detail['store'] : '';
  return {
    pid,
    process,
    state,
    store,
    archivedSeq: count('archivedSeq'),
    logSeq: count('logSeq'),
    lag: count('lag'),
    outlet: outletRow.safeParse(detail['outlet']).data ?? null,
    checkpoints: checkpointsRow.safeParse(detail['checkpoints']).data ?? null,
  };
}

function archiveText(archive: Rows['archive']): string {
  if (archive === null) return '';
  const { pid, state, store, archivedSeq, logSeq, lag } = archive;
  // Opening a database takes its process seconds in which it answers nobody.
  if (state === 'unreachable') return `archive: its process${pid === null ? '' : ` ${pid}`} does not answer (yet)\n`;
  const behind = lag === 0 ? '' : `, ${lag} behind`;
  const line = `archive ${state}: ${archivedSeq} of ${logSeq} commits${behind}${store === '' ? '' : ` (${store})`}\n`;
  return line + outletText(archive.outlet) + checkpointsText(archive.checkpoints);
}

function checkpointsText(checkpoints: z.output<typeof checkpointsRow> | null): string {
  if (checkpoints === null || checkpoints.state === 'opening') return '';
  const { state, file, everySeconds, commits, signer, reason, outlet = null } = checkpoints;
  const signed = `${commits} commits signed by ${signer} in ${file}, again every ${everySeconds} s where there are more`;
  const line = state === 'signs' ? `checkpoints: ${signed}\n` : `checkpoints: none is made: ${reason}\n`;
  return line + (commits > 0 ? outletText(outlet) : '');
}

function outletText(outlet: z.output<typeof outletRow> | null): string {
  if (outlet === null || outlet.state === 'opening') return '';
  const { about, state, publishedSeq, lag, reason } = outlet;
  const behind = lag === 0 ? '' : `, ${lag} behind`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return `outlet ${state}: ${publishedSeq} of ${publishedSeq + lag} commits published${behind} (${about})${why}\n`;
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
    archiveText(out.archive),
    ...again.map(([what, n]) => `${what} ended by itself and was started again${n > 1 ? `, ${n} times` : ''}\n`),
  ].join('');
}

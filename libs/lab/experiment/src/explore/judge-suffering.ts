import type { FabricPlan } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import type { Placement } from '../judge/history.js';
import { isExplained, isLossExplained, type Facts } from './explained.js';
import type { Schedule } from './schedule.js';
import type { Finding, Suffering } from './suffer.js';

/** What a log says about who was lost with what; when, by the lab's time, whatever the clocks of those who decided it. */
export interface LogFacts {
  /** Slots that were lost with everything in them, and when. */
  readonly orphaned: readonly { readonly slot: number; readonly atMs: number }[];
  /** Members that were declared lost, by which process, and when. */
  readonly losses: readonly {
    readonly member: string;
    readonly reason: string;
    readonly by: string;
    readonly atMs: number;
  }[];
  /** Types of all events, with how often. */
  readonly events: Readonly<Record<string, number>>;
  /** What was refused or ignored, by its reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Where a connection is held, given the one it follows from. */
  placeOf(row: ConnectionRow, parent: ConnectionRow | undefined): Pick<Placement, 'home' | 'entries' | 'mayBeHome'>;
}

/** What must not be, whatever a schedule does, and what this one does not explain. */
export function judgeSuffering(
  suffering: Suffering,
  schedule: Schedule,
  plan: FabricPlan,
  log: LogFacts | undefined,
): Finding[] {
  const findings = [...suffering.findings];
  if (suffering.end === undefined || log === undefined) return findings;
  const { ledger, rows } = suffering.end;
  findings.push(...books(ledger, rows));
  const done = suffering.tried.filter((t) => t.refused === undefined);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const parentOf = (row: ConnectionRow) => (row.follows === null ? undefined : byId.get(row.follows));
  const facts: Facts = { tried: done.map((t) => t.step), schedule, log, plan, parentOf };
  for (const loss of log.losses) {
    if (isLossExplained(loss, done, schedule)) continue;
    findings.push({
      kind: 'lost for nothing',
      text: `member ${loss.member} was declared lost (${loss.reason}), and nothing had been done to it`,
    });
    break;
  }
  const unnamed = new Map<string, { count: number; first: ConnectionRow }>();
  for (const row of rows) {
    for (const reason of troublesOf(row)) {
      if (isExplained(reason, row, facts)) continue;
      const known = unnamed.get(reason);
      if (known === undefined) unnamed.set(reason, { count: 1, first: row });
      else known.count++;
    }
  }
  for (const [reason, { count, first }] of unnamed) {
    findings.push({
      kind: `not explained by the schedule: ${reason}`,
      text: `${reason} on ${count} connections, and nothing in the schedule explains it; the first is ${first.id}, ${first.tuple}`,
    });
  }
  return findings;
}

function books(ledger: LedgerSummary, rows: readonly ConnectionRow[]): Finding[] {
  const findings: Finding[] = [];
  for (const field of ['unexplained', 'duplicated', 'reordered', 'corrupted', 'contradicted'] as const) {
    const packets = ledger[field];
    if (packets === 0) continue;
    const first = field === 'contradicted' ? undefined : rows.find((row) => row[field] > 0);
    const where = first === undefined ? '' : `, the first of connection ${first.id}, ${first.tuple}`;
    findings.push({ kind: field, text: `${packets} packets ${field}${where}` });
  }
  if (!ledger.balanced) findings.push({ kind: 'unbalanced', text: 'the accounts of the ledger do not add up' });
  if (ledger.connections.open > 0) {
    findings.push({ kind: 'open', text: `${ledger.connections.open} connections are still open after traffic ended` });
  }
  return findings;
}

/** Names of all that went wrong with a connection. */
function troublesOf(row: ConnectionRow): string[] {
  const ended = row.outcome === 'gave_up' || row.outcome === 'reset' ? [row.outcome] : [];
  return [...Object.keys(row.dropped), ...Object.keys(row.lost), ...ended];
}

import type { FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary, LossRow, LossTotal } from '@rehearsal/traffic';
import { CLOCKS_DIFFER_MS } from './clocks.js';
import type { FabricHistory } from './history.js';
import { DEFERRED } from './deferred.js';
import { isApplied } from './applied.js';
import { BEGAN_LATE, type AffectedConnection } from './lost-connections.js';

/** A packet that did not come out, and the member that served its slot when it was sent; null where unknown. */
export interface LostPacketRow extends LossRow {
  readonly member: string | null;
}

/** A connection that did not end well. Times are ms of the run's clock. */
export interface LostConnection {
  readonly id: number;
  readonly tuple: string;
  readonly service: string;
  readonly outcome: ConnectionRow['outcome'];
  readonly cause: string;
  /** It came to the same end without faults. */
  readonly alsoWithoutFaults: boolean;
  /** The fault it belongs to, as `panic member 1_03`; null where there was none before it. */
  readonly fault: string | null;
  readonly faultAtMs: number | null;
  /** That served it when the fault was done; null where no failed member did. */
  readonly member: string | null;
  readonly slot: number | null;
}

/** What did not end well in a run: sums that are complete, and lists that are bounded and say what they leave out. */
export interface RunLosses {
  readonly packets: {
    /** By reason; `listed` of them stand one by one in `lost-packets.jsonl`. */
    readonly totals: readonly LossTotal[];
    readonly truncated: boolean;
  };
  readonly connections: {
    /** By cause and fault. */
    readonly totals: readonly ConnectionTotal[];
    readonly listed: readonly LostConnection[];
    readonly truncated: boolean;
  };
}

export interface ConnectionTotal {
  readonly outcome: ConnectionRow['outcome'];
  readonly cause: string;
  readonly fault: string | null;
  readonly connections: number;
}

/** What a connection with an end that was not good is put down to. */
export interface NotWell {
  readonly row: ConnectionRow;
  readonly cause: string;
  readonly alsoWithoutFaults: boolean;
  readonly affected: AffectedConnection | undefined;
}

const CONNECTIONS_LISTED = 50_000;

/** Causes that are an orchestrator's doing. */
const OF_ORCHESTRATORS: ReadonlySet<string> = new Set(['orchestrator_lost', BEGAN_LATE]);

/** Gives packets the members that served them. */
export function withMembers(rows: readonly LossRow[], history: Pick<FabricHistory, 'servedBy'>): LostPacketRow[] {
  return rows.map((row) => ({
    ...row,
    member: row.slot === null ? null : (history.servedBy?.(row.slot, row.sentMs) ?? null),
  }));
}

/** What a run folder keeps of losses: added up, and packet by packet with the members that served them. */
export function keptLosses(
  lost: { readonly totals: readonly LossTotal[]; readonly rows: readonly LossRow[] },
  notWell: readonly NotWell[],
  faults: readonly FaultRecord[],
  history: Pick<FabricHistory, 'servedBy'>,
): { readonly losses: RunLosses; readonly lostPackets: readonly LostPacketRow[] } {
  return { losses: lossesOf(lost.totals, lost.rows, notWell, faults), lostPackets: withMembers(lost.rows, history) };
}

/** Adds up what did not end well. `packets` are those that are listed, `totals` all by reason. */
export function lossesOf(
  totals: readonly LossTotal[],
  packets: readonly LossRow[],
  notWell: readonly NotWell[],
  faults: readonly FaultRecord[],
): RunLosses {
  const firstLost = new Map<number, number>();
  for (const { connection, judgedMs } of packets) {
    const known = firstLost.get(connection);
    if (judgedMs !== null && (known === undefined || judgedMs < known)) firstLost.set(connection, judgedMs);
  }
  const sums = new Map<string, { outcome: ConnectionRow['outcome']; cause: string; fault: string | null; n: number }>();
  const listed: LostConnection[] = [];
  for (const entry of notWell) {
    const connection = lostConnection(entry, faults, firstLost.get(entry.row.id));
    const { outcome, cause, fault } = connection;
    const key = JSON.stringify([outcome, cause, fault]);
    const sum = sums.get(key) ?? { outcome, cause, fault, n: 0 };
    sums.set(key, sum);
    sum.n++;
    if (listed.length < CONNECTIONS_LISTED) listed.push(connection);
  }
  return {
    packets: { totals, truncated: totals.some((t) => t.listed < t.packets) },
    connections: {
      totals: [...sums.values()].map(({ n, ...what }) => ({ ...what, connections: n })),
      listed,
      truncated: listed.length < notWell.length,
    },
  };
}

function lostConnection(entry: NotWell, faults: readonly FaultRecord[], firstLostMs: number | undefined) {
  const { row, cause, alsoWithoutFaults, affected } = entry;
  const fault = alsoWithoutFaults || cause === DEFERRED ? undefined : faultOf(entry, faults, firstLostMs);
  return {
    id: row.id,
    tuple: row.tuple,
    service: row.service,
    outcome: row.outcome,
    cause,
    alsoWithoutFaults,
    fault: fault === undefined ? null : `${fault.fault} ${fault.target}`,
    faultAtMs: fault?.atMs ?? affected?.faultAtMs ?? null,
    member: affected?.loss.member ?? null,
    slot: affected?.slot ?? null,
  };
}

/**
 * The fault that took the member; of any other connection the last one before it lost its first packet, on an
 * orchestrator where that is what lost it. What mends is no fault.
 */
function faultOf(
  { affected, row, cause }: NotWell,
  faults: readonly FaultRecord[],
  firstLostMs: number | undefined,
): FaultRecord | undefined {
  if (affected !== undefined) {
    const target = `member ${affected.loss.member}`;
    const latestMs = affected.loss.committedAtMs + CLOCKS_DIFFER_MS;
    return faults.findLast((f) => f.target === target && f.atMs <= latestMs && isApplied(f));
  }
  const atMs = firstLostMs ?? row.closedMs;
  if (atMs === null) return undefined;
  const before = faults.filter((f) => f.atMs <= atMs && isApplied(f));
  const onOrchestrator = OF_ORCHESTRATORS.has(cause)
    ? before.findLast((f) => f.target.startsWith('orchestrator '))
    : undefined;
  return onOrchestrator ?? before.at(-1);
}

/**
 * Compares a run's losses with its ledger: sentences about what does not add up, none when all does.
 * `packets` are the rows that are listed.
 */
export function checkLosses(
  losses: RunLosses,
  packets: readonly { readonly reason: string; readonly kind: string }[],
  ledger: Pick<LedgerSummary, 'dropped' | 'lost' | 'unexplained' | 'connections'>,
): string[] {
  const wrong: string[] = [];
  const expect = (what: string, seen: number, expected: number): void => {
    if (seen !== expected) wrong.push(`${what}: ${seen} here, ${expected} in the ledger`);
  };
  const of = (kind: string, reason?: string): number =>
    losses.packets.totals
      .filter((t) => t.kind === kind && (reason === undefined || t.reason === reason))
      .reduce((n, t) => n + t.packets, 0);
  for (const kind of ['dropped', 'lost'] as const) {
    for (const [reason, n] of Object.entries(ledger[kind])) expect(`packets ${kind}, ${reason}`, of(kind, reason), n);
    const all = Object.values(ledger[kind]).reduce((a, b) => a + b, 0);
    expect(`packets ${kind}`, of(kind), all);
  }
  expect('packets unexplained', of('unexplained'), ledger.unexplained);
  for (const { kind, reason, listed } of losses.packets.totals) {
    const rows = packets.filter((p) => p.kind === kind && p.reason === reason).length;
    if (rows !== listed) wrong.push(`packets ${kind}, ${reason}: ${rows} rows, ${listed} should be listed`);
  }
  for (const outcome of ['gave_up', 'reset', 'open', 'unstarted'] as const) {
    const sum = losses.connections.totals.filter((t) => t.outcome === outcome).reduce((n, t) => n + t.connections, 0);
    expect(`connections ${outcome}`, sum, ledger.connections[outcome]);
  }
  const sums = losses.connections.totals.reduce((n, t) => n + t.connections, 0);
  const { listed, truncated } = losses.connections;
  if (truncated ? listed.length >= sums : listed.length !== sums) {
    wrong.push(`connections: ${listed.length} are listed, ${sums} should be`);
  }
  return wrong;
}

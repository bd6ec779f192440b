import { canonicalBytes, countByCertainty, sha256Hex } from '@rehearsal/kernel';
import type { FaultRecord, RunRecord } from '@rehearsal/lab-port';
import { counted } from '@rehearsal/lab-port/plain-words';
import { compareWithControl, type ConnectionRow, type ControlDifference, type LedgerSummary } from '@rehearsal/traffic';
import type { Journal } from '../conduct/journal.js';
import type { Budget } from '../file/schema.js';
import type { RunResult, Verdict } from '../result.js';
import { affectedConnections, failuresOf, faultTimeOf, type RowsFor } from './affected.js';
import { isApplied } from './applied.js';
import { correctionOf } from './correction.js';
import { DEFERRED, deferralOf, followsPutOff, isOrFollowsPutOff } from './deferred.js';
import { dropsAndLoad } from './drops-and-load.js';
import type { FabricHistory } from './history.js';
import { knownIssuesOf } from './known-issues.js';
import type { NotWell } from './losses.js';
import { causeOfLoss, isLost, NEVER_BEGAN, NO_CAUSE, type AffectedConnection } from './lost-connections.js';
import { comparePrediction, strangeAmong } from './prediction.js';

/** All a judgement rests on. */
export interface Evidence {
  readonly record: RunRecord;
  readonly folder: string;
  readonly journal: Journal;
  readonly history: FabricHistory;
  readonly ledger: LedgerSummary;
  /** By the mark they were counted from; the last is `rows`. */
  readonly rows: readonly ConnectionRow[];
  readonly rowsFor: RowsFor;
  /** The same traffic without faults; null where there is nothing to compare. */
  readonly control: readonly ConnectionRow[] | null;
  readonly budget: Budget;
  /** A fabric that was lived in: nobody said what had to be true, so that it is judged by its account alone. */
  readonly livedIn?: boolean;
}

export interface Judgement {
  readonly result: RunResult;
  readonly affected: readonly AffectedConnection[];
  /** Connections that differ from the run without faults. */
  readonly differences: readonly ControlDifference[];
  /** Connections that did not come to a good end, each with its cause. */
  readonly notWell: readonly NotWell[];
}

/** Adds a run up and says whether it passes. */
export function judge(evidence: Evidence): Judgement {
  const { record, ledger, rows, history } = evidence;
  const control = new Map((evidence.control ?? []).map((row) => [row.id, row]));
  const faults = failuresOf(record);
  const affected = affectedConnections(history, faults, evidence.rowsFor, control, record.settings);
  const affectedIds = new Set(affected.map((a) => a.row.id));
  const differences = evidence.control === null ? [] : compareWithControl(rows, evidence.control);
  const lost = affected.filter((a) => a.cause !== undefined);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const elsewhere = rows
    .filter((row) => !affectedIds.has(row.id) && !isOrFollowsPutOff(row, parentOf(row, byId)))
    .filter((row) => isLost(row, control.get(row.id)))
    .map((row) => ({ row, cause: causeOfLoss(row, control.get(row.id), undefined, parentOf(row, byId)) }));
  const lostElsewhere = elsewhere.map((e) => e.cause);
  const strange = strangeAmong(elsewhere, byId, history, faults);

  const unnamed = new Set(differences.filter((d) => !d.explained).map((d) => d.id));
  for (const row of rows) if (row.unexplained > 0) unnamed.delete(row.id);
  for (const a of lost) if (a.cause === NO_CAUSE) unnamed.add(a.row.id);
  for (const e of elsewhere) if (e.cause === NEVER_BEGAN) unnamed.delete(e.row.id);
  for (const row of rows) if (followsPutOff(row, parentOf(row, byId))) unnamed.delete(row.id);
  const unexplained = ledger.unexplained + unnamed.size;

  const deferred = deferralOf(rows, ledger.atMs);
  const result: Omit<RunResult, 'verdict' | 'reasons'> = {
    run: record.runId,
    folder: evidence.folder,
    profile: record.plan.profile,
    ledger: {
      packets: { sent: ledger.sent, delivered: ledger.delivered, dropped: ledger.dropped, lost: ledger.lost },
      unexplained,
      ...(ledger.probes && { probes: ledger.probes }),
      correction: correctionOf(ledger, record),
    },
    connections: {
      opened: rows.filter((row) => row.openedMs !== null).length,
      affected: affected.length,
      kept: affected.length - lost.length,
      lost: lost.length,
      lostByCause: tally(lost.map((a) => a.cause!)),
      ...(deferred !== undefined && { deferred }),
    },
    prediction: comparePrediction(affected, strange, record.settings),
    failover: failoverOf(evidence, faults, affected),
    knownIssues: knownIssuesOf(record.notes),
    faults: { applied: record.faults.filter(isApplied).length },
    log: { commits: record.log.length, chain: sha256Hex(canonicalBytes(record.seal.streams)) },
    restsOn: countByCertainty(),
  };
  const reasons = failures(evidence, result, differences, lostElsewhere);
  const doubts = evidence.livedIn === true ? whatNobodyTried(ledger) : whatCannotBeTold(evidence);
  if (reasons.length > 0) doubts.push(...whoStarved(record, history));
  const verdict: Verdict = doubts.length > 0 ? 'inconclusive' : reasons.length > 0 ? 'fail' : 'pass';
  const notWell = whatDidNotEndWell(rows, control, affected);
  const claim = evidence.livedIn === true && verdict === 'pass' ? [BY_ITS_ACCOUNT] : [];
  return { result: { ...result, verdict, reasons: [...doubts, ...reasons, ...claim] }, affected, differences, notWell };
}

const BY_ITS_ACCOUNT =
  'whatever was dropped or lost has a name, and no rule was broken; it was lived in, ' +
  'so there is no hypothesis, and no run without faults to compare with';

function whatNobodyTried({ sent }: LedgerSummary): string[] {
  return sent === 0 ? ['nothing was ever sent through it'] : [];
}

function parentOf(row: ConnectionRow, byId: ReadonlyMap<number, ConnectionRow>): ConnectionRow | undefined {
  return row.follows === null ? undefined : byId.get(row.follows);
}

/** Lost connections, and those that came to a bad end without faults as well. */
function whatDidNotEndWell(
  rows: readonly ConnectionRow[],
  control: ReadonlyMap<number, ConnectionRow>,
  affected: readonly AffectedConnection[],
): NotWell[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const metById = new Map(affected.map((a) => [a.row.id, a]));
  const notWell: NotWell[] = [];
  for (const row of rows) {
    const twin = control.get(row.id);
    const met = metById.get(row.id);
    const parent = parentOf(row, byId);
    if (met === undefined && isOrFollowsPutOff(row, parent)) {
      if (row.outcome !== 'done') notWell.push({ row, cause: DEFERRED, alsoWithoutFaults: false, affected: undefined });
      continue;
    }
    const lost = met === undefined ? isLost(row, twin) : met.cause !== undefined;
    if (!lost && row.outcome === 'done') continue;
    const cause = lost
      ? (met?.cause ?? causeOfLoss(row, twin, undefined, parent))
      : row.outcome === 'gave_up'
        ? causeOfLoss(row, undefined, undefined, parent)
        : row.outcome;
    notWell.push({ row, cause, alsoWithoutFaults: !lost, affected: lost ? met : undefined });
  }
  return notWell;
}

function failoverOf(
  { history }: Evidence,
  faults: readonly FaultRecord[],
  affected: readonly AffectedConnection[],
): RunResult['failover'] {
  let detectedMs: number | null = null;
  let committedMs: number | null = null;
  for (const loss of history.losses) {
    const faultAtMs = faultTimeOf(loss, history.losses, faults);
    detectedMs = most(detectedMs, since(faultAtMs, loss.detectedAtMs));
    committedMs = most(committedMs, since(faultAtMs, loss.committedAtMs));
  }
  let firstPacketMs: number | null = null;
  for (const { row, loss, faultAtMs } of affected) {
    const first = row.firstAfterMarkMs;
    // What was already on its way out when the member failed came from no other member.
    if (first === null || faultAtMs + first < loss.committedAtMs) continue;
    if (firstPacketMs === null || first < firstPacketMs) firstPacketMs = first;
  }
  const silences = affected.map((a) => a.row.silenceMs).sort((a, b) => a - b);
  return {
    detectedMs,
    committedMs,
    firstPacketMs,
    silenceMs: { p50: quantile(silences, 500), p99: quantile(silences, 990), max: quantile(silences, 1000) },
    connectionsMoved: affected.filter((a) => a.cause === undefined && a.loss.moved.has(a.slot)).length,
  };
}

function failures(
  evidence: Evidence,
  result: Omit<RunResult, 'verdict' | 'reasons'>,
  differences: readonly ControlDifference[],
  lostElsewhere: readonly string[],
): string[] {
  const { ledger, journal, record } = evidence;
  const reasons: string[] = [];
  if (result.ledger.unexplained > 0) {
    const first = differences.find((d) => !d.explained);
    const where = first === undefined ? '' : `; the first is connection ${first.id}, ${first.tuple}: ${first.cause}`;
    reasons.push(`${result.ledger.unexplained} unexplained${where}`);
  }
  reasons.push(...whatWasNotPredicted(result.prediction));
  for (const field of ['duplicated', 'reordered', 'corrupted', 'contradicted'] as const) {
    if (ledger[field] > 0) reasons.push(`${ledger[field]} packets ${field}`);
  }
  for (const field of ['unexplained', 'duplicated'] as const) {
    const odd = ledger.probes?.[field] ?? 0;
    if (odd > 0) reasons.push(`${odd} packets of probes ${field}`);
  }
  for (const [name, n] of Object.entries(ledger.violations)) reasons.push(`${n} times ${name}`);
  if (!ledger.balanced) reasons.push('the accounts of the ledger do not add up');
  const lossless = record.plan.profile === 'lossless';
  const mayLose = { packets: evidence.budget.packetsLost, connections: evidence.budget.connectionsLost };
  const packetsLost = sum(ledger.lost);
  const packetBudget = mayLose.packets ?? (lossless ? 0 : Number.MAX_SAFE_INTEGER);
  if (packetsLost > packetBudget) {
    reasons.push(`${counted(packetsLost, 'packet')} lost (${named(ledger.lost)}), at most ${packetBudget} may be`);
  }
  const { onlyLost, membersLost } = evidence.budget;
  const losses = evidence.history.losses.map((loss) => loss.member);
  if (membersLost !== undefined && losses.length > membersLost) {
    reasons.push(
      `${counted(losses.length, 'member')} declared lost (${losses.join(', ')}), at most ${membersLost} may be`,
    );
  }
  for (const [name, count] of Object.entries(ledger.lost)) {
    if (count === 0 || onlyLost === undefined || onlyLost.includes(name)) continue;
    reasons.push(
      `${counted(count, 'packet')} lost for ${name}, and only ${onlyLost.join(', ') || 'nothing'} may take any`,
    );
  }
  reasons.push(...dropsAndLoad(evidence.budget, ledger, evidence.history));
  const connectionsLost = result.connections.lost + lostElsewhere.length;
  const connectionBudget = mayLose.connections ?? (lossless ? 0 : Number.MAX_SAFE_INTEGER);
  if (connectionsLost > connectionBudget) {
    const causes = tally([...lostElsewhere, ...expand(result.connections.lostByCause)]);
    reasons.push(
      `${counted(connectionsLost, 'connection')} lost (${named(causes)}), at most ${connectionBudget} may be`,
    );
  }
  const atLeast = evidence.budget.connectionsLostAtLeast ?? 0;
  if (connectionsLost < atLeast)
    reasons.push(`${counted(connectionsLost, 'connection')} lost, at least ${atLeast} must be`);
  for (const { activity, tolerance_met: isMet } of journal.run) {
    if (isMet === false) reasons.push(`not as it was to be: ${activity.name}`);
  }
  const after = journal.steady_states.after;
  if (after !== null && !after.steady_state_met) {
    reasons.push(`not steady afterwards: ${after.probes[after.probes.length - 1]?.activity.name ?? 'no probe ran'}`);
  }
  for (const note of record.notes) {
    if (note.code === 'fatal' || note.fields['fatal'] === true)
      reasons.push(`${note.role} ${note.id} stopped itself: ${JSON.stringify(note.fields)}`);
  }
  return reasons;
}

function whatWasNotPredicted({ unpredicted, outlived }: RunResult['prediction']): string[] {
  const said = (n: number, listed: readonly { tuple: string }[], what: string): string[] =>
    n === 0 ? [] : [`${n} connections ${what}; the first is ${listed[0]?.tuple}`];
  return [
    ...said(unpredicted.connections, unpredicted.first, 'lost their state that by policy had a copy of it'),
    ...said(outlived.connections, outlived.first, 'went on that by policy had no copy of their state'),
  ];
}

/** Why nothing can be concluded, whatever the numbers say. */
function whatCannotBeTold({ journal, control }: Evidence): string[] {
  const doubts: string[] = [];
  const before = journal.steady_states.before;
  if (before !== null && !before.steady_state_met) {
    doubts.push(`not steady before: ${before.probes[before.probes.length - 1]?.activity.name ?? 'no probe ran'}`);
  }
  for (const step of [...journal.run, ...journal.rollbacks]) {
    if (step.activity.type === 'action' && step.status === 'failed') {
      doubts.push(`not done: ${step.activity.name} (${step.exception ?? step.output?.stderr.trim() ?? ''})`);
    }
  }
  if (control === null) doubts.push('there is no run without faults to compare with');
  return doubts;
}

/**
 * Real processes that fell silent before anything was done to any got no processor: what fails then says nothing about
 * the fabric. Simulated ones have no such excuse.
 */
function whoStarved({ world, faults }: RunRecord, { fellSilent = [] }: FabricHistory): string[] {
  if (world !== 'processes') return [];
  const firstMs = faults[0]?.atMs ?? Number.POSITIVE_INFINITY;
  const silent = [...new Set(fellSilent.filter(({ atMs }) => atMs < firstMs).map(({ who }) => who))];
  if (silent.length === 0) return [];
  return [
    `${silent.join(' and ')} fell silent before anything was done to the fabric: this machine was too busy to run it; ` +
      'run it again when nothing else takes its processors, or with less traffic',
  ];
}

/** Whole ms from one moment to another. */
function since(fromMs: number, toMs: number): number {
  return Math.max(0, Math.round(toMs - fromMs));
}

function most(a: number | null, b: number): number {
  return a === null || b > a ? b : a;
}

/** The value below which `perMille` of a thousand lie, by the nearest-rank method; null of nothing. */
export function quantile(sorted: readonly number[], perMille: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil((sorted.length * perMille) / 1000) - 1)]!;
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function expand(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([name, n]) => Array.from({ length: n }, () => name));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

function named(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}

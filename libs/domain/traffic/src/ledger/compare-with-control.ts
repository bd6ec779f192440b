import type { ConnectionRow } from './ledger-report.js';

/** How one connection of a run differs from the same connection of its control run. */
export interface ControlDifference {
  readonly id: number;
  readonly tuple: string;
  readonly delivered: { readonly run: number; readonly control: number };
  readonly dropped: { readonly run: number; readonly control: number };
  readonly outcome: { readonly run: string; readonly control: string };
  /** The ledger says what took the missing packets, or where the additional ones come from. */
  readonly explained: boolean;
  /** Causes by name, for example `orchestrator_lost 3`; or what could not be explained. */
  readonly cause: string;
}

/**
 * Compares two runs of one plan connection by connection: packets delivered, packets dropped by
 * reason, and outcome must be equal, or the run's ledger must name what made the difference.
 * A connection that only one of the two has is a difference without explanation. Equal ones are not listed.
 */
export function compareWithControl(
  run: readonly ConnectionRow[],
  control: readonly ConnectionRow[],
): ControlDifference[] {
  const controlById = new Map(control.map((row) => [row.id, row]));
  const differences: ControlDifference[] = [];
  for (const row of run) {
    const twin = controlById.get(row.id);
    controlById.delete(row.id);
    if (twin === undefined || twin.tuple !== row.tuple) {
      differences.push(
        difference(row, twin, false, 'the control run has no such connection: compare runs of one plan'),
      );
      continue;
    }
    const cause = causeOf(row, twin);
    if (cause !== undefined) differences.push(difference(row, twin, cause.explained, cause.text));
  }
  for (const twin of controlById.values()) {
    differences.push(
      difference(undefined, twin, false, 'only the control run has this connection: compare runs of one plan'),
    );
  }
  return differences;
}

/** What a packet meets by where its connection is served, which differs from run to run. */
const BY_PLACE = 'corexl_mismatch';

function causeOf(run: ConnectionRow, control: ConnectionRow): { explained: boolean; text: string } | undefined {
  const sameDrops = sameCounts(run.dropped, control.dropped);
  if (run.delivered === control.delivered && sameDrops && run.outcome === control.outcome && run.unexplained === 0) {
    return undefined;
  }
  const named = [...namedCounts(run.lost), ...(sameDrops ? [] : namedCounts(run.dropped))];
  if (run.resent > 0) named.push(`sent again ${run.resent}`);
  if (run.unexplained > 0) return { explained: false, text: `${run.unexplained} packets without a word of the fabric` };
  if (control.unexplained > 0 || Object.keys(control.lost).length > 0) {
    return { explained: false, text: 'the control run lost packets itself: it is no control' };
  }
  // Who serves a connection is chance, and so is whether it meets members whose instances fit.
  const mismatched = control.dropped[BY_PLACE] ?? 0;
  if (mismatched > 0) {
    return { explained: true, text: [...named, `${BY_PLACE} ${mismatched} in the control run`].join(', ') };
  }
  // The script is the same: a connection that came to the same end sent the same, but for what it sent
  // again, and for what would have answered packets that did not arrive.
  if (run.outcome === control.outcome && run.outcome !== 'open') {
    const expected = control.sent + run.resent - control.resent;
    const mayMiss = sum(run.lost) + Math.max(0, sum(run.dropped) - sum(control.dropped));
    if (run.sent > expected || run.sent < expected - mayMiss) {
      return { explained: false, text: `${run.sent} packets sent where the control run asks for ${expected}` };
    }
  }
  if (named.length === 0) return { explained: false, text: 'no loss, drop or repetition on record' };
  return { explained: true, text: named.join(', ') };
}

function difference(
  run: ConnectionRow | undefined,
  control: ConnectionRow | undefined,
  explained: boolean,
  cause: string,
): ControlDifference {
  const row = (run ?? control) as ConnectionRow;
  return {
    id: row.id,
    tuple: row.tuple,
    delivered: { run: run?.delivered ?? 0, control: control?.delivered ?? 0 },
    dropped: { run: sum(run?.dropped), control: sum(control?.dropped) },
    outcome: { run: run?.outcome ?? 'absent', control: control?.outcome ?? 'absent' },
    explained,
    cause,
  };
}

function sameCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function namedCounts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([name, n]) => `${name} ${n}`);
}

function sum(counts: Readonly<Record<string, number>> | undefined): number {
  return Object.values(counts ?? {}).reduce((total, n) => total + n, 0);
}

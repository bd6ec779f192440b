import type { ConnectionRow } from '@rehearsal/traffic';
import type { RunResult } from '../result.js';

/** Cause of what never began, since the policy put it off until its client gave up. */
export const DEFERRED = 'deferred';

/** Nothing of it has come out since the fabric put it off: there is no connection that could be lost or broken. */
export function isPutOff(row: ConnectionRow): boolean {
  return row.deferral !== undefined && row.deferral.throughMs === null;
}

/** It was to begin after one that was put off. */
export function followsPutOff(row: ConnectionRow, parent: ConnectionRow | undefined): boolean {
  return row.outcome === 'unstarted' && parent !== undefined && isPutOff(parent);
}

export function isOrFollowsPutOff(row: ConnectionRow, parent: ConnectionRow | undefined): boolean {
  return isPutOff(row) || followsPutOff(row, parent);
}

/** What connections had of being put off, until `endMs`; undefined where none was. */
export function deferralOf(rows: readonly ConnectionRow[], endMs: number): RunResult['connections']['deferred'] {
  let [connections, neverBegan, longestMs] = [0, 0, 0];
  for (const row of rows) {
    if (row.deferral === undefined) continue;
    const { sinceMs, throughMs } = row.deferral;
    connections++;
    if (throughMs === null) neverBegan++;
    longestMs = Math.max(longestMs, (throughMs ?? row.closedMs ?? endMs) - sinceMs);
  }
  return connections === 0 ? undefined : { connections, neverBegan, longestMs };
}

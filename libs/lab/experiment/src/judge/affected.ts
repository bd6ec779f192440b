import type { Settings } from '@rehearsal/kernel';
import { FAULT_KINDS, FAULTS, type FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { FabricHistory, MemberLoss } from './history.js';
import { causeOfLoss, isLost, NO_CAUSE, type AffectedConnection } from './lost-connections.js';

/** Things that are done to a process and may make a member fall silent. */
const DEADLY = new Set<string>([...FAULT_KINDS.filter((kind) => FAULTS[kind].deadly), 'ended']);

/**
 * When what led to a loss was done: the last deadly fault on that member since its loss before this
 * one; where there is none, when the member fell silent.
 * @param losses all of the run, in order
 */
export function faultTimeOf(loss: MemberLoss, losses: readonly MemberLoss[], faults: readonly FaultRecord[]): number {
  const target = `member ${loss.member}`;
  const earlier = losses.slice(0, losses.indexOf(loss)).filter((l) => l.member === loss.member);
  const afterMs = earlier[earlier.length - 1]?.committedAtMs ?? 0;
  const done = faults.filter(
    (f) => f.target === target && DEADLY.has(f.fault) && f.atMs > afterMs && f.atMs <= loss.committedAtMs,
  );
  return done[done.length - 1]?.atMs ?? loss.detectedAtMs - (loss.silentMs ?? 0);
}

/** The rows to judge a loss by: counted from the mark set with its fault, where there is one. */
export type RowsFor = (loss: MemberLoss, faultAtMs: number) => readonly ConnectionRow[];

/**
 * Every connection that was open when the member that served it failed, once: by the first failure
 * it met, or the one that ended it.
 */
export function affectedConnections(
  history: FabricHistory,
  faults: readonly FaultRecord[],
  rowsFor: RowsFor,
  control: ReadonlyMap<number, ConnectionRow>,
  settings: Settings,
): AffectedConnection[] {
  const byId = new Map<number, AffectedConnection>();
  for (const loss of history.losses) {
    const faultAtMs = faultTimeOf(loss, history.losses, faults);
    for (const row of rowsFor(loss, faultAtMs)) {
      if (row.openedMs === null || row.openedMs > faultAtMs) continue;
      if (row.closedMs !== null && row.closedMs <= faultAtMs) continue;
      const slot = history.slotOf(row.tuple);
      if (!loss.slots.has(slot)) continue;
      const twin = control.get(row.id);
      const cause = isLost(row, twin) ? causeOfLoss(row, twin, { loss, slot, faultAtMs }, settings) : undefined;
      // A connection that lived through this failure to meet another is told by the last; but one that
      // nothing explains at the last was gone before it, and is told by what took it then.
      const earlier = byId.get(row.id)?.cause;
      if (cause === NO_CAUSE && earlier !== undefined && earlier !== NO_CAUSE) continue;
      byId.set(row.id, { row, slot, loss, faultAtMs, cause });
    }
  }
  return [...byId.values()];
}

import type { Settings } from '@rehearsal/kernel';
import { FAULT_KINDS, FAULTS, type FaultRecord, type RunRecord } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import { CLOCKS_DIFFER_MS } from './clocks.js';
import { FATE, fateOf, type FateName } from './fate.js';
import type { FabricHistory, MemberLoss, Placement } from './history.js';
import { causeOfLoss, isLost, isStateGone, type AffectedConnection } from './lost-connections.js';

/** Things that are done to a process and may make a member fall silent. */
const DEADLY = new Set<string>([...FAULT_KINDS.filter((kind) => FAULTS[kind].deadly), 'ended']);

/**
 * What was done to processes, in order, and when members failed of it or of what is known to be wrong with their
 * software: one whose memory leaks fails long after that began, and says so.
 */
export function failuresOf({ faults, notes }: Pick<RunRecord, 'faults' | 'notes'>): readonly FaultRecord[] {
  const crashes = notes
    .filter((note) => note.code === 'fwk_crashed')
    .map(({ atMs, id, fields }) => ({ atMs, fault: 'fwk-crash', target: `member ${id}`, detail: fields }));
  const panics = notes
    .filter((note) => note.code === 'known_issue' && note.fields['effect'] === 'panic')
    .map(({ atMs, id, fields }) => ({ atMs, fault: 'panic', target: `member ${id}`, detail: fields }));
  return [...faults, ...crashes, ...panics].sort((a, b) => a.atMs - b.atMs);
}

/**
 * When what led to a loss was done: the last deadly fault on that member since its loss before this
 * one; where there is none, when the member fell silent.
 * @param losses all of the run, in order
 */
export function faultTimeOf(loss: MemberLoss, losses: readonly MemberLoss[], faults: readonly FaultRecord[]): number {
  const deed = doneTo(loss, losses, faults).findLast((f) => DEADLY.has(f.fault));
  return deed?.atMs ?? loss.detectedAtMs - (loss.silentMs ?? 0);
}

/**
 * Until when a member that was lost may have copied connections: one that fell silent by itself, or hung and was woken,
 * until it was lost.
 * @param losses all of the run, in order
 */
export function copiesUntilMs(loss: MemberLoss, losses: readonly MemberLoss[], faults: readonly FaultRecord[]): number {
  const done = doneTo(loss, losses, faults);
  const deed = done.findLast((f) => DEADLY.has(f.fault));
  const mayWake =
    deed === undefined || (deed.fault === 'hang' && done.some((f) => f.fault === 'resume' && f.atMs > deed.atMs));
  return mayWake ? loss.committedAtMs : deed.atMs;
}

/** What was done to a member since its loss before this one. */
function doneTo(loss: MemberLoss, losses: readonly MemberLoss[], faults: readonly FaultRecord[]): FaultRecord[] {
  const target = `member ${loss.member}`;
  const earlier = losses.slice(0, losses.indexOf(loss)).findLast((l) => l.member === loss.member);
  const afterMs = earlier?.committedAtMs ?? 0;
  return faults.filter(
    (f) => f.target === target && f.atMs > afterMs && f.atMs <= loss.committedAtMs + CLOCKS_DIFFER_MS,
  );
}

/** The rows to judge a loss by: counted from the mark set with its fault, where there is one. */
export type RowsFor = (loss: MemberLoss, faultAtMs: number) => readonly ConnectionRow[];

const WORSE: Readonly<Record<FateName, number>> = { [FATE.kept]: 0, [FATE.open]: 1, [FATE.lost]: 2 };

/**
 * Every connection that was open when a member failed that held it or a forwarding entry of it, once: by the
 * failure that was worst for it, of several the last.
 */
export function affectedConnections(
  history: FabricHistory,
  faults: readonly FaultRecord[],
  rowsFor: RowsFor,
  control: ReadonlyMap<number, ConnectionRow>,
  settings: Settings,
): AffectedConnection[] {
  const byId = new Map<number, AffectedConnection>();
  const places = new Map<number, Placement>();
  for (const loss of history.losses) {
    const faultAtMs = faultTimeOf(loss, history.losses, faults);
    const untilMs = copiesUntilMs(loss, history.losses, faults);
    const rows = rowsFor(loss, faultAtMs);
    const rowById = new Map(rows.map((row) => [row.id, row]));
    for (const row of rows) {
      const earlier = byId.get(row.id);
      // Whoever was dead already when it inherited a connection took it then, however young that was at its own fault.
      const metAtMs = Math.max(faultAtMs, earlier?.faultAtMs ?? faultAtMs);
      if (row.openedMs === null || row.openedMs > metAtMs) continue;
      if (row.closedMs !== null && row.closedMs <= metAtMs) continue;
      // Put off until later, or for good: nobody held it yet.
      if (row.deferral !== undefined && (row.deferral.throughMs ?? Infinity) > metAtMs) continue;
      const parent = row.follows === null ? undefined : rowById.get(row.follows);
      const known = history.isSpreadChanged === true ? undefined : places.get(row.id);
      const place = known ?? history.placeOf(row, parent, metAtMs);
      places.set(row.id, place);
      const slot = [place.home, ...place.entries].find((s) => loss.slots.has(s));
      if (slot === undefined) continue;
      const twin = control.get(row.id);
      const fate = fateOf(
        row,
        place,
        { loss, faultAtMs: metAtMs, copiesUntilMs: Math.max(metAtMs, untilMs), again: earlier !== undefined },
        history,
        settings,
      );
      // What was gone at one failure is told by that, however it would have met the next.
      if (earlier !== undefined && WORSE[earlier.fate.fate] > WORSE[fate.fate]) continue;
      const cause = isLost(row, twin) ? causeOfLoss(row, twin, fate, parent) : undefined;
      byId.set(row.id, { row, slot, loss, faultAtMs: metAtMs, fate, stateGone: isStateGone(row, twin), cause });
    }
  }
  return [...byId.values()];
}

import { FlowBook, openAfter, recordsById, type OpenConnection } from '@rehearsal/flows';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { HeldFlows } from '@rehearsal/verbs';

type Row = Pick<ConnectionRow, 'id' | 'tuple'>;

/**
 * Holds the connections that a fork begins with against those of the record: what members had reported of each until
 * then, there and here.
 */
export function heldFlows(recorded: FlowBook, forked: FlowBook, rows: readonly Row[], untilMs: number): HeldFlows {
  const [there, here] = [openUntil(recorded, rows, untilMs), openUntil(forked, rows, untilMs)];
  const held = { open: there.size, alike: 0, elsewhere: 0, missing: 0, more: 0, inStep: 0, inStepHere: 0 };
  for (const [id, was] of there) {
    const is = here.get(id);
    if (is === undefined) held.missing++;
    else if (is.member === was.member && is.slot === was.slot) held.alike++;
    else held.elsewhere++;
    if (was.inStep) held.inStep++;
  }
  for (const [id, is] of here) {
    if (!there.has(id)) held.more++;
    if (is.inStep) held.inStepHere++;
  }
  return held;
}

function openUntil(book: FlowBook, rows: readonly Row[], untilMs: number): Map<number, OpenConnection> {
  const open = new Map<number, OpenConnection>();
  for (const [id, records] of recordsById(book, rows)) {
    const is = openAfter(records.filter((record) => record.atMs <= untilMs));
    if (is !== undefined) open.set(id, is);
  }
  return open;
}

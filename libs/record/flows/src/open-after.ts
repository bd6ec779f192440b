import type { FlowRecord } from './flow-record.js';

/** Where a connection is at a moment, as far as members said so by then. */
export interface OpenConnection {
  /** Number of the member that serves it. */
  readonly member: number;
  readonly slot: number;
  /** A backup has acknowledged its state since that member serves it. */
  readonly inStep: boolean;
}

/**
 * Where a connection is after these records, which are in order; undefined: nowhere, since none was reported or it has
 * come to its end. What a member held that was lost without a word is there until another says that it serves it.
 */
export function openAfter(records: readonly FlowRecord[]): OpenConnection | undefined {
  let open: OpenConnection | undefined;
  for (const { kind, member, slot, peer } of records) {
    switch (kind) {
      case 'opened':
      case 'taken_over':
        open = { member, slot, inStep: false };
        break;
      case 'in_step':
        if (open?.member === member) open = { ...open, inStep: true };
        break;
      case 'handed_over':
        if (open?.member === member) open = peer === null ? undefined : { member: peer, slot, inStep: false };
        break;
      case 'closed':
      case 'idle':
      case 'lost':
      case 'abandoned':
        if (open?.member === member) open = undefined;
        break;
      case 'refused':
        break;
    }
  }
  return open;
}

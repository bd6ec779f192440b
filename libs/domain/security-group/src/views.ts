import type { SecurityGroupEvent } from './events.js';
import type { SecurityGroupState } from './state.js';
import { tableHash } from './table/hash.js';

/** The slot table in typed arrays, one entry a slot, members by number (0 none). */
export interface DataplaneTable {
  readonly version: number;
  /** From which on packets are spread as they are; 0: since the group was configured. */
  readonly spreadSince: number;
  readonly active: Int32Array;
  readonly backup: Int32Array;
  readonly joining: Int32Array;
  readonly epoch: Int32Array;
  readonly joiningSince: Int32Array;
  /** By member number; index 0 is unused. 0 for a member that is out. */
  readonly incarnation: Float64Array;
}

/** A copy of the table for steering: allocated once a table version, never once a packet. */
export function tableForDataplane(state: SecurityGroupState): DataplaneTable {
  return {
    version: state.version,
    spreadSince: state.distribution.since,
    active: new Int32Array(state.active),
    backup: new Int32Array(state.backup),
    joining: new Int32Array(state.joining),
    epoch: new Int32Array(state.epoch),
    joiningSince: new Int32Array(state.joiningSince),
    incarnation: new Float64Array([0, ...state.members.map((m) => (m.status === 'active' ? m.incarnation : 0))]),
  };
}

/**
 * Checks a folded table against the hash its commit carries. `state` is the state after the whole
 * commit. Whoever gets an answer must stop acting on the table.
 *
 * @returns undefined when they agree or the commit carries none, else both hashes
 */
export function tableMismatch(
  state: SecurityGroupState,
  events: readonly SecurityGroupEvent[],
): { readonly expected: string; readonly seen: string } | undefined {
  for (const event of events) {
    if (!('tableHash' in event)) continue;
    const seen = tableHash(state);
    return seen === event.tableHash ? undefined : { expected: event.tableHash, seen };
  }
  return undefined;
}

import { Edit } from '../edit.js';
import type { SecurityGroupEvent } from '../events.js';
import type { SecurityGroupState } from '../state.js';
import { tableHash } from '../table/hash.js';

/** The commit that is being decided: its events so far, and the state they lead to. */
export interface Draft {
  /** Version of the commit, and of the table after it. */
  readonly version: number;
  readonly before: SecurityGroupState;
  /** Changes with the next event. */
  readonly state: SecurityGroupState;
  emit(event: SecurityGroupEvent): void;
  /** The events, with the hash of the table they lead to filled in. */
  events(): readonly SecurityGroupEvent[];
}

export function draftFrom(before: SecurityGroupState): Draft {
  const version = before.version + 1;
  const emitted: SecurityGroupEvent[] = [];
  const edit = new Edit(before);
  const { state } = edit;
  return {
    version,
    before,
    state,
    emit(event) {
      emitted.push(event);
      edit.apply(event);
    },
    events() {
      if (!emitted.some((event) => 'tableHash' in event)) return emitted;
      const hash = tableHash(state);
      return emitted.map((event) => ('tableHash' in event ? { ...event, tableHash: hash } : event));
    },
  };
}

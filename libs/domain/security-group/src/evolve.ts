import { Edit } from './edit.js';
import type { SecurityGroupEvent } from './events.js';
import type { SecurityGroupState } from './state.js';

/** Folds one event. Total: what it does not know leaves the state as it is. */
export function evolve(state: SecurityGroupState, event: SecurityGroupEvent): SecurityGroupState {
  const edit = new Edit(state);
  return edit.apply(event) ? edit.state : state;
}

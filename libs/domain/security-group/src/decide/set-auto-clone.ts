import type { SecurityGroupEvent } from '../events.js';
import type { SetAutoClone } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/**
 * The operator's word on whether members that boot take their image from the single management object. It is kept,
 * with who said so (fidelity: F-AUTO-CLONE); members act on it.
 */
export function setAutoClone(state: SecurityGroupState, input: SetAutoClone): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  if (state.autoClone === input.state) {
    draft.emit({
      type: 'AutoCloneIgnored',
      version,
      state: input.state,
      reason: `auto-clone is ${input.state} already`,
    });
  } else {
    draft.emit({ type: 'AutoCloneSet', version, state: input.state });
  }
  return draft.events();
}

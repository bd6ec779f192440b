import type { SecurityGroupEvent } from '../events.js';
import type { Freeze, TimeUp } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/** States of members stay as they are for a while; a freeze under way lasts as long as the longer of both. */
export function freeze(state: SecurityGroupState, input: Freeze): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const until = Math.max(state.frozenUntil, input.at + input.forMs);
  draft.emit({ type: 'StateFrozen', version: draft.version, reason: 'command', until });
  return draft.events();
}

export function freezeTimeUp(state: SecurityGroupState, input: TimeUp): readonly SecurityGroupEvent[] {
  if (state.frozenUntil === 0 || input.at < state.frozenUntil) return [];
  const draft = draftFrom(state);
  draft.emit({ type: 'StateThawed', version: draft.version });
  return draft.events();
}

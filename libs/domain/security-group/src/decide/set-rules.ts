import { canonicalText } from '@rehearsal/kernel';
import type { SecurityGroupEvent } from '../events.js';
import type { SetRules } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { goOnDeferring } from './deferral.js';
import { draftFrom } from './draft.js';

/** Times and thresholds are others from now on; what is under way by the old ones comes to its end by them. */
export function setRules(state: SecurityGroupState, input: SetRules): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { rules, requireInStep } = input;
  if (state.members.length === 0) {
    draft.emit({ type: 'RulesIgnored', version, reason: 'the group is not configured yet' });
  } else if (state.requireInStep === requireInStep && canonicalText(state.rules) === canonicalText(rules)) {
    draft.emit({ type: 'RulesIgnored', version, reason: 'these are its rules already' });
  } else {
    draft.emit({ type: 'RulesSet', version, rules, requireInStep });
    goOnDeferring(draft);
  }
  return draft.events();
}

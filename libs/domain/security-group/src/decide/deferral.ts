import type { SecurityGroupState } from '../state.js';
import { servingPercent } from '../state.js';
import type { Draft } from './draft.js';

/** Where nothing else is said. fidelity: F-DEFER-BELOW */
export const DEFERS_BELOW_PERCENT = 100;

/**
 * After members, the policy or the rules changed: whether connections that are not critical wait (fidelity: F-DEFER).
 * They begin again once whoever came back also has its slots: until then the others still carry its share.
 */
export function goOnDeferring(draft: Draft): void {
  const { state, version } = draft;
  const { isOn, rules } = state.deferral;
  const belowPercent = belowPercentOf(state);
  const sharePercent = servingPercent(state);
  const isShort = sharePercent < belowPercent || (isOn && belowPercent > 0 && state.rebalancing);
  const waits = isShort && rules.length > 0;
  if (waits === isOn) return;
  if (waits) draft.emit({ type: 'DeferralBegan', version, sharePercent, belowPercent, rules: [...rules] });
  else draft.emit({ type: 'DeferralEnded', version, sharePercent });
}

function belowPercentOf({ rules }: SecurityGroupState): number {
  return rules.deferBelowPercent ?? DEFERS_BELOW_PERCENT;
}

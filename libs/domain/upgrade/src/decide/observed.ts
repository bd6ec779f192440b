import type { UpgradeEvent } from '../events.js';
import type { Observed, Sight, StepRefused } from '../inputs.js';
import { whyNotYet } from '../beginning.js';
import { whyNoPolicy } from '../policy.js';
import { isDone } from '../progress.js';
import type { Finding } from '../rules.js';
import { violated } from '../rules.js';
import type { UpgradeState } from '../state.js';
import { Draft } from './draft.js';

/** One step is over and the next begins, or a rule is broken and nothing more begins. */
export function observed(state: UpgradeState, { sight, at }: Observed): readonly UpgradeEvent[] {
  const { plan } = state;
  if (plan === null || (state.status !== 'running' && state.status !== 'paused' && state.status !== 'stopped'))
    return [];
  const draft = new Draft(state);
  draft.noteShare(sight);
  const { step } = draft;
  if (state.status !== 'running' || step === undefined) return draft.events;
  const broken = violated(plan, step, sight, state.failedBefore) ?? whyNoPolicy(state, step, sight);
  if (broken !== undefined) draft.stop(broken);
  else if (isDone(state, step, sight)) goOn(draft, sight, at);
  return draft.events;
}

/** Steps that need nothing but a look are over as soon as they begin. */
export function goOn(draft: Draft, sight: Sight, at: number): void {
  draft.done(sight);
  const { step, state } = draft;
  if (step === undefined) return draft.emit({ type: 'UpgradeFinished', rollback: state.rollback });
  const reason = whyClosed(draft, at) ?? whyNotYet(state, step, sight);
  if (reason !== undefined) return draft.stop(reason);
  draft.begin(at, sight);
}

/** Nobody is taken down after the window; but who goes back does so whenever that is. */
function whyClosed({ step, state }: Draft, at: number): Finding | undefined {
  const closesAt = state.plan?.closesAt ?? 0;
  if (step?.kind !== 'down' || state.rollback || closesAt === 0 || at <= closesAt) return undefined;
  return {
    rule: 'window',
    reason: `the maintenance window is closed, and ${step.of.join(', ')} would be taken down`,
    remedy: 'Resume in the next window, or roll back what has been upgraded.',
  };
}

/** Somebody who decides for himself said no to what the step asked of him. */
export function stepRefused(state: UpgradeState, { of, reason }: StepRefused): readonly UpgradeEvent[] {
  if (state.status !== 'running' || of !== state.begunWith) return [];
  const draft = new Draft(state);
  draft.stop({ rule: 'refused', reason, remedy: 'Clear what stands in the way, then resume; or roll back.' });
  return draft.events;
}

export function stepTimeUp(state: UpgradeState, at: number): readonly UpgradeEvent[] {
  const { plan, status, begunAt } = state;
  const draft = new Draft(state);
  const { step } = draft;
  if (plan === null || step === undefined || status !== 'running' || at < begunAt + plan.stepLimitMs) return [];
  const seconds = Math.round(plan.stepLimitMs / 1000);
  draft.stop({
    rule: 'step-limit',
    reason: `${step.kind}${step.of.length > 0 ? ` of ${step.of.join(', ')}` : ''} has not come to its end within ${seconds} s`,
    remedy: 'Look what it waits for (rehearse upgrade status), mend it, and resume; or roll back.',
  });
  return draft.events;
}

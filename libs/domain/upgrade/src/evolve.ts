import type { UpgradeEvent } from './events.js';
import type { UpgradePlan } from './inputs.js';
import type { UpgradeState } from './state.js';

/** Folds one event. Total: what it does not know leaves the state as it is. */
export function evolve(state: UpgradeState, event: UpgradeEvent): UpgradeState {
  const { version } = event;
  switch (event.type) {
    case 'UpgradeStarted': {
      const { plan, steps, before, target, rollback, orchestratorsBefore = [], why = '' } = event;
      const begun = { before, orchestratorsBefore, plan, rollback, steps, target, why } as const;
      const since = { resumedWith: version, startedWith: version };
      return { ...state, ...begun, ...since, status: 'running', step: 0, stopped: null, version };
    }
    case 'UpgradeRefused':
    case 'UpgradeIgnored':
      return { ...state, version };
    case 'StepBegun':
      return {
        ...state,
        begunAt: event.at,
        begunWith: version,
        failedBefore: event.failedBefore,
        policy: event.policy ?? null,
        step: event.step,
        version,
      };
    case 'StepDone':
      return { ...state, step: event.step + 1, version };
    case 'UpgradeStopped': {
      const { rule, reason, remedy } = event;
      return { ...state, status: 'stopped', stopped: { rule, reason, remedy }, version };
    }
    case 'CapacityChanged':
      return { ...state, share: event.share, version };
    case 'UpgradePaused':
      return { ...state, status: 'paused', version };
    case 'UpgradeResumed':
      return {
        ...state,
        plan: asking(state.plan, event.probes),
        resumedWith: version,
        status: 'running',
        stopped: null,
        version,
      };
    case 'UpgradeAborted':
      return { ...state, status: 'aborted', version };
    case 'UpgradeFinished':
      return { ...state, status: event.rollback ? 'rolled-back' : 'done', version };
    default:
      return unknown(state, event);
  }
}

/** The plan with other probes; as it is where none are named. */
function asking(plan: UpgradeState['plan'], named: UpgradePlan['probes'] | null): UpgradeState['plan'] {
  if (plan === null || named === undefined) return plan;
  const { probes: _before, ...rest } = plan;
  return { ...rest, ...(named !== null && { probes: named }) };
}

function unknown(state: UpgradeState, _event: never): UpgradeState {
  return state;
}

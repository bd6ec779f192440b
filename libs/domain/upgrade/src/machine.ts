import type { Deadline, Machine } from '@rehearsal/kernel';
import { observed, stepRefused, stepTimeUp } from './decide/observed.js';
import { abortUpgrade, pauseUpgrade, resumeUpgrade, rollBack } from './decide/operate.js';
import { startUpgrade } from './decide/start.js';
import type { UpgradeEvent } from './events.js';
import { evolve } from './evolve.js';
import type { UpgradeInput } from './inputs.js';
import { react } from './react.js';
import type { UpgradeState } from './state.js';
import { initialState } from './state.js';

/**
 * Takes a group to other software step by step: what comes after what, what must hold meanwhile, and where it stops.
 * It does nothing itself: those who serve and those who install are asked, and it looks what they made of it.
 * Stream `upgrade.<group>`.
 */
export const upgradeMachine: Machine<UpgradeState, UpgradeInput, UpgradeEvent> = {
  kind: 'upgrade',
  initial: initialState,
  evolve,
  decide,
  react,
  deadlines,
};

function decide(state: UpgradeState, input: UpgradeInput): readonly UpgradeEvent[] {
  switch (input.type) {
    case 'startUpgrade':
      return startUpgrade(state, input);
    case 'pauseUpgrade':
      return pauseUpgrade(state, input);
    case 'resumeUpgrade':
      return resumeUpgrade(state, input);
    case 'abortUpgrade':
      return abortUpgrade(state, input);
    case 'rollBack':
      return rollBack(state, input);
    case 'observed':
      return observed(state, input);
    case 'stepRefused':
      return stepRefused(state, input);
    case 'stepTimeUp':
      return stepTimeUp(state, input.at);
    default:
      return unknown(input);
  }
}

function deadlines({ plan, status, begunAt }: UpgradeState): readonly Deadline[] {
  if (plan === null || status !== 'running') return [];
  return [{ id: 'step', at: begunAt + plan.stepLimitMs, input: { type: 'stepTimeUp' } }];
}

function unknown(_input: never): readonly UpgradeEvent[] {
  return [];
}

/** What would have been: forks of a recorded run, compared with what it came to. */
export {
  type Change,
  changesOf,
  FORK_EFFECTS,
  type ForkEffect,
  forkSettings,
  RefusedChanges,
} from './fork-settings.js';
export { checkStates, type StateCheck, type StateMark, stateMarks } from './state-marks.js';
export { type Distribution, distributionOf } from './distribution.js';
export { redundancyMs, type Redundancy, type TableStep } from './redundancy.js';

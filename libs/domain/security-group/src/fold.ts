/** What folds and reads the log of a security group, without what decides. */
export { evolve } from './evolve.js';
export { memberState, siteWords } from './member-states.js';
export { PNOTES } from './pnotes.js';
export {
  DISTRIBUTIONS,
  distributionWord,
  exposedSlots,
  initialState,
  isDetached,
  memberNumber,
  memberOf,
  policyFor,
} from './state.js';

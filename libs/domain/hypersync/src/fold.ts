/** What folds the log of the copies, without what decides. */
export { evolve } from './evolve.js';
export { initialState } from './state.js';

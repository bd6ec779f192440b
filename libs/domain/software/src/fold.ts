/** What folds and reads the log of a group's software, without what decides, and the catalogue. */
export * from './catalogue/index.js';
export { evolve } from './evolve.js';
export { applianceOf, initialState, sameSoftware } from './state.js';

/** Which copies are in step, which slots are exposed, and the run that brings copies in step. */
export type { HypersyncEvent, IteratorFinished } from './events.js';
export { hypersyncEvent } from './events.js';
export type {
  Configure,
  Copied,
  CopiesChosen,
  HypersyncConfig,
  HypersyncInput,
  Progress,
  ProgressReport,
} from './inputs.js';
export { copied, hypersyncConfig, hypersyncInput, progress, progressReport } from './inputs.js';
export { hypersync } from './machine.js';
export type { HypersyncState, Iterator } from './state.js';
export { initialState } from './state.js';

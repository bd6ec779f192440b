/** Chaos Toolkit files: hypothesis, method, rollbacks, verdict and journal. */
export * from './conduct/conduct.js';
export * from './conduct/control.js';
export * from './conduct/journal.js';
export * from './conduct/phases.js';
export * from './conduct/tolerance.js';
export * from './conduct/traffic.js';
export * from './file/read-experiment.js';
export * from './file/schema.js';
export * from './file/split-words.js';
export * from './judge/affected.js';
export * from './judge/history.js';
export * from './judge/judge.js';
export * from './judge/lost-connections.js';
export * from './result.js';
export * from './run-experiment.js';
export * from './run-folder/machine-code.js';
export * from './run-folder/run-folder.js';

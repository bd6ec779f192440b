/** The Lab port: what can be done to a running fabric, whichever world it runs in. */
export * from './deferral.js';
export * from './fault-records.js';
export * from './faults.js';
export * from './fork.js';
export * from './lab.js';
export * from './lab-error.js';
export * from './plain-words.js';
export * from './plan.js';
export * from './probes.js';
export * from './process-book.js';
export * from './record.js';
export * from './run-machine.js';
export * from './sample.js';
export * from './seal.js';
export * from './status.js';
export * from './status-of.js';
export * from './target.js';

/** Machines, commits, the log rules and the ports a role is written against: Runtime and Role. */
export * from './commit.js';
export * from './machine.js';
export * from './runtime.js';
export * from './store.js';

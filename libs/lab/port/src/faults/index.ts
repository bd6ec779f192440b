export type { Fault, FaultCall } from './fault.js';
export * from './fault-args.js';
export * from './table.js';

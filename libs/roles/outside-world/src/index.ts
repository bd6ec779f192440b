/** The outside world: traffic in and out of the fabric, and the account of what became of it. */
export type { OutsideWorldConfig } from './config.js';
export type { CaptureLimits, CaptureSink } from '@rehearsal/traffic';
export { createOutsideWorld } from './outside-world.js';

/** The simulated lab: a whole fabric in one process under a virtual clock. */
export type { Violation } from './invariants.js';
export { calmOptions, roughOptions, type SimOptions } from './options.js';
export { SimLab, type SimLabParts } from './sim-lab.js';
export { SimWorld, type SimWorldParts } from './sim-world.js';

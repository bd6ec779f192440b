/** Which faults there are, and how each is done. */
export * from './faults/index.js';

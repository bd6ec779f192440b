/** What the command needs before it knows which verb it carries out: nothing here takes long to load. */
export * from './live/lab-directory.js';
export * from './live/lab-line.js';
export * from './registry/overview.js';
export * from './registry/own-words.js';
export * from './registry/registry.js';

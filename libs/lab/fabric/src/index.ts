/** A fabric file read into a plan: which roles, where, and how they are wired. */
export * from './load.js';
export * from './plan-of.js';
export * from './problems.js';
export * from './read-fabric.js';
export * from './read-yaml.js';
export * from './schema.js';
export { captureFiles, checkCaptureNames } from './capture-files.js';

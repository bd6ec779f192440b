/** What is done with a log afterwards: proving that it is whole and that its decisions follow. */
export { cloudEventOf, type LogPlace } from './cloud-event.js';
export { linesOf, logBytes } from './log-lines.js';
export type { BadPlace, Fault, VerifyKind, VerifyResult } from './result.js';
export { VERIFY_EXIT } from './result.js';
export type { VerifyOptions } from './verify.js';
export { verifyRun } from './verify.js';

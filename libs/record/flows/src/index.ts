/** Flow records, read back: what members said of their connections. */
export { FlowBook } from './flow-book.js';
export type { LifeReported } from './flow-book.js';
export type { FlowEnds, FlowRecord } from './flow-record.js';
export { flowText, lastWords } from './flow-words.js';
export { openAfter, type OpenConnection } from './open-after.js';
export { recordsById } from './records-by-id.js';
export { addressText, readEnd, readEnds } from './tuple-ends.js';

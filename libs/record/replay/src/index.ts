/** What is done with a log afterwards: proving that it is whole and follows, and looking at any moment of it. */
export { cloudEventOf, type LogPlace } from './cloud-event.js';
export type { CommitHead } from './commit-head.js';
export type { Consequence, Explanation } from './consequences.js';
export { explain } from './consequences.js';
export type { Changed, MomentDiff, RoleChange, SlotMove } from './diff-moments.js';
export { diffMoments } from './diff-moments.js';
export type { FabricMoment, MemberMoment, SlotCounts } from './fabric-moment.js';
export { slotCounts } from './fabric-moment.js';
export type { HistoryParts, LogBytes, PlacedCommit, Snapshot } from './log-history.js';
export { bytesInMemory, LogHistory, LogLineError } from './log-history.js';
export { linesOf, logBytes } from './log-lines.js';
export type { BadPlace, Fault, VerifyKind, VerifyResult } from './result.js';
export { VERIFY_EXIT } from './result.js';
export type { LogState, StreamState } from './state-fold.js';
export { stateHash } from './state-fold.js';
export type { VerifyOptions } from './verify.js';
export { verifyRun } from './verify.js';

/** Logs kept for good in PostgreSQL: the store, what follows a log into it, and what restores a log from it. */
export { ArchiveRefusal } from './archive-store.js';
export type { AfterArchiving } from './after-archiving.js';
export { CheckpointSigner } from './checkpoints/checkpoint-signer.js';
export type { CheckpointParts } from './checkpoints/checkpoint-signer.js';
export { CommitOutlet } from './commit-outlet.js';
export type { ArchivedMessage, ArchiveStore, LogArchive, LogKey, PublishedTo } from './archive-store.js';
export { ArchiveFollower, FOLLOWER_LIMITS } from './archive-follower.js';
export type { FollowerLimits, FollowerState, FollowerWorld } from './archive-follower.js';
export { ARCHIVE_REFUSED, ArchiveRole } from './archive-role.js';
export type { ArchiveRoleParts, ArchiveRoleWorld } from './archive-role.js';
export { openArchive } from './open-archive.js';
export type { ArchivePlace } from './open-archive.js';
export { readArchive } from './read-archive.js';
export type { ArchivedLog } from './read-archive.js';
export { rebuildLog } from './rebuild.js';
export type { Rebuilt } from './rebuild.js';

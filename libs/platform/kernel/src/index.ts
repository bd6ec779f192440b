/** Machines, commits, the log rules and the ports a role is written against: Runtime and Role. */
export { canonicalBytes, canonicalCopy, canonicalText, NotCanonicalError } from './canonical.js';
export type { Commit, Hlc, Principal } from './commit.js';
export {
  appendMsgId,
  CommitFormatError,
  commitIds,
  commitRef,
  commitText,
  decodeCommit,
  encodeCommit,
  kindOf,
  parseCommit,
} from './commit-codec.js';
export { hashInts, sha256Hex } from './hash.js';
export { compareHlc, HLC_MAX_PULL_MS, HybridClock } from './hlc.js';
export type { AnyMachine, Deadline, Event, EventRef, Input, Intent, Machine } from './machine.js';
export { createRng } from './rng.js';
export type {
  Command,
  CommandReply,
  Health,
  Lane,
  Level,
  Reply,
  Rng,
  Role,
  Runtime,
  Self,
  Subject,
} from './runtime.js';
export type { Profile } from './settings.js';
export {
  countByCertainty,
  expectedOf,
  isSettingName,
  nearestName,
  PROFILES,
  resolveSettings,
  SettingsError,
} from './settings.js';
export type { Certainty, SettingSpec } from './settings/spec.js';
export { CERTAINTIES } from './settings/spec.js';
export type { SettingName, Settings } from './settings-registry.js';
export { SETTING_NAMES, SETTINGS } from './settings-registry.js';
export type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from './store.js';

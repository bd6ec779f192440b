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
export type { CreateDecider } from './create-decider.js';
export { createDecider } from './create-decider.js';
export type { DeciderParts, DeciderReply } from './decider.js';
export { Decider, REPLY_WITHIN_MS } from './decider.js';
export { every } from './every.js';
export { hashInts, sha256Hex } from './hash.js';
export { compareHlc, HLC_MAX_PULL_MS, HybridClock } from './hlc.js';
export type { AskOptions } from './input-client.js';
export { askInput } from './input-client.js';
export type { InputReply, InputRequest } from './input-messages.js';
export {
  decodeInputReply,
  decodeInputRequest,
  encodeInputReply,
  encodeInputRequest,
  inputSubject,
} from './input-messages.js';
export type { ServeOptions } from './input-server.js';
export { serveInputs } from './input-server.js';
export { IntentSender, intentsOf } from './intent-sender.js';
export type { LatencySummary } from './latency-histogram.js';
export { LatencyHistogram } from './latency-histogram.js';
export type { LogSink } from './log-follower.js';
export { LogFollower } from './log-follower.js';
export type { AnyMachine, Deadline, Event, EventRef, Input, Intent, Machine } from './machine.js';
export type { AppendFault, MemoryStoreFaults, MemoryStoreOptions } from './memory-store.js';
export { MemoryCommitStore } from './memory-store.js';
export { nearestName } from './nearest-name.js';
export { checkBy, principalOf } from './operator-words.js';
export { createRng } from './rng.js';
export type { RoleProbe } from './role-probe.js';
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
export type { Seal, StreamHead } from './seals.js';
export { SealBuilder, sealHash, sealOf } from './seals.js';
export { serialNumber } from './serial-number.js';
export type { Profile } from './settings.js';
export { countByCertainty, expectedOf, isSettingName, plausibleValues, PROFILES, resolveSettings } from './settings.js';
export type { Certainty, SettingSpec } from './settings/spec.js';
export { CERTAINTIES } from './settings/spec.js';
export { SettingsError } from './settings-error.js';
export type { SettingName, Settings } from './settings-registry.js';
export { SETTING_NAMES, SETTINGS } from './settings-registry.js';
export type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from './store.js';
export type { OnCommit } from './view.js';
export { LogBrokenError, MachineView } from './view.js';

/** Steering, the connection table, connection tracking, sync deltas and the member's pipeline. */
export { HAZARD } from './hazards.js';
export { AppliedMarks, ORCHESTRATORS } from './applied-marks.js';
export { MAX_RULE, SYNC } from './connection-entry.js';
export type { SyncPolicy } from './connection-entry.js';
export { searchConnections } from './connection-search.js';
export type { ConnectionFilter, FoundConnection } from './connection-search.js';
export { ConnectionTable, NONE, TABLE_FULL } from './connection-table.js';
export type { TableOptions } from './connection-table.js';
export {
  APPLY,
  DELTA_ENTRY_MAX_WORDS,
  DELTA_ENTRY_WORDS,
  DELTA_HEAD_WORDS,
  DeltaReader,
  endOfEntry,
  slotOfEntry,
  writeDeltaHead,
  writeEntry,
} from './deltas.js';
export { EntryQueue } from './entry-queue.js';
export { FORWARDING_WORDS, ForwardingEntries } from './forwarding-entries.js';
export { Expectations } from './expectations.js';
export type { Expected } from './expectations.js';
export { Expiry } from './expiry.js';
export { FlowRecorder } from './flow-recorder.js';
export type { FlowRecorderOptions } from './flow-recorder.js';
export { FLOW, FLOW_FLAG, FLOW_HEAD_WORDS, FLOW_LOST, FLOW_MAGIC, FLOW_RECORD_WORDS } from './flow-records.js';
export type { FlowKind } from './flow-records.js';
export { FRAGMENT, FragmentTracker, fragmentOf } from './fragment-tracker.js';
export type { FragmentOptions } from './fragment-tracker.js';
export { PROTO_ICMP, PROTO_TCP, PROTO_UDP, PacketKey, TRACK, swapAddress, swapPort } from './packet-key.js';
export { LEAST_PENDING, PENDING, PendingPackets } from './pending-packets.js';
export { CORRECT, NOT_HERE, Pipeline } from './pipeline.js';
export type { PipelineSettings, PolicyMatcher } from './pipeline.js';
export { MAX_SLOTS, MIN_SLOTS, MODES, Steering, connectionHash, slotOfHash, steeringOf } from './steering.js';
export type { Mode, SteeringOptions, SteeringSettings } from './steering.js';
export {
  isWaitingToSend,
  noteChange,
  queueSlot,
  retimeYoung,
  sent,
  syncDue,
  takeToSend,
  wasSent,
} from './sync-decision.js';
export { STATE, nextState, segmentOf } from './tcp.js';
export type { StateName, TimeoutSettings } from './tcp.js';
export { VERDICT, verdictName } from './verdict.js';
export type { Verdict, VerdictName } from './verdict.js';

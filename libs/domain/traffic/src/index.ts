/** Traffic sources, endpoints and the packet ledger. */
export { isTrafficCommand, readTrafficArgs, TRAFFIC_COMMANDS, type TrafficCommand } from './commands.js';
export { compareWithControl, type ControlDifference } from './ledger/compare-with-control.js';
export { CONNECTION_KIND, OUTCOME, OUTCOME_NAMES, type OutcomeName } from './ledger/connection-book.js';
export type { FaultMark } from './ledger/fault-mark.js';
export { DELIVERY, Ledger, MAX_MARKS, type Delivery, type LedgerOptions, type Totals } from './ledger/ledger.js';
export {
  connectionRows,
  progressOf,
  summarize,
  type ConnectionNames,
  type ConnectionRow,
  type CorrectionSummary,
  type LedgerSummary,
  type MarkSummary,
  type Progress,
} from './ledger/ledger-report.js';
export { lossPage, type LossKind, type LossPage, type LossRow, type LossTotal } from './ledger/loss-report.js';
export { VIOLATIONS, type ViolationName } from './ledger/translations.js';
export { hostAddress, hostsIn } from './workload/address-range.js';
export {
  resolvePlan,
  trafficPlanSchema,
  type PlanReply,
  type ResolvedPlan,
  type TrafficPlan,
} from './workload/plan.js';
export { readRecording, type RecordedFlow, type Recording } from './capture/recording.js';
export {
  HOW,
  type CaptureLimits,
  type CaptureSink,
  type How,
  type LimitName,
} from './packet-capture/captured-records.js';
export { PacketCapture } from './packet-capture/packet-capture.js';
export {
  readPacketCapture,
  type CapturedFate,
  type CapturedPacket,
  type ReadPacketCapture,
} from './packet-capture/read-packet-capture.js';
export { Layout } from './layout.js';
export { TrafficSource } from './traffic-source.js';
export { applicationsOf } from './ledger/applications.js';
export type { Applications, ServiceFaring } from './ledger/applications.js';
export { areOver, flowOutcomeOf, outcomesOf } from './probes/probe-outcomes.js';
export type { FlowOutcome, ProbeOutcome } from './probes/probe-outcomes.js';
export { probeOrder } from './probes/probe-order.js';
export type { ProbeEnd, ProbeOrder } from './probes/probe-order.js';
export { planOfFlow, planOfProbes, PROBE_SERVICES, probedService } from './probes/probe-plan.js';
export { PROBE_PORTS } from './probes/probe-ports.js';
export { probeSums, type ProbeSums } from './probes/probe-sums.js';

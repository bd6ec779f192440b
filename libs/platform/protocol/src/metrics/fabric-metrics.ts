import type { MetricType } from './exposition.js';

/** Something the lab's own process tells of the whole fabric. */
export interface FabricMetric {
  readonly type: MetricType;
  readonly help: string;
  /** Labels besides those that all have. */
  readonly labels: readonly string[];
}

const of = (type: MetricType, help: string, ...labels: string[]): FabricMetric => ({ type, help, labels });
const PROCESS = ['role', 'id'];

/** By name. What a fabric answered last is told, so that a scrape asks nothing of it. */
export const FABRIC_METRICS = {
  rehearsal_fabric_info: of('gauge', 'Always 1; what runs', 'profile', 'run'),
  rehearsal_fabric_read_timestamp_seconds: of('gauge', 'When the processes last said what follows, since the epoch'),
  rehearsal_bus_up: of('gauge', '1 while the bus runs'),
  rehearsal_bus_restarts_total: of('counter', 'Times the bus ended by itself and was started again'),
  rehearsal_process_up: of('gauge', '1 while the process runs and answers', ...PROCESS),
  rehearsal_process_ready: of('gauge', '1 while the process says that it does its work', ...PROCESS),
  rehearsal_process_state: of('gauge', 'Always 1; the state it says it is in', ...PROCESS, 'state'),
  rehearsal_process_starts_total: of('counter', 'Times the process was started', ...PROCESS),
  rehearsal_process_restarts_total: of('counter', 'Times it ended by itself and was started again', ...PROCESS),
  rehearsal_members_active: of('gauge', 'Active members, as the orchestrator that counts fewest sees it'),
  rehearsal_slots_exposed: of('gauge', 'Slots without a backup in step, as the orchestrator that counts most sees it'),
  rehearsal_member_connections: of('gauge', 'Connections in the slots the member serves', ...PROCESS),
  rehearsal_member_copies: of('gauge', 'Copies of connections that other members serve', ...PROCESS),
  rehearsal_member_serving_slots: of('gauge', 'Slots the member serves', ...PROCESS),
  rehearsal_member_connections_ahead_of_copies: of(
    'gauge',
    'Connections whose last change is not on its way to a backup: how far sync lags',
    ...PROCESS,
  ),
  rehearsal_member_packets_judged_total: of('counter', 'Packets the member has judged', ...PROCESS),
  rehearsal_member_packets_passed_total: of('counter', 'Packets the member has let pass', ...PROCESS),
  rehearsal_member_bytes_passed_total: of('counter', 'Bytes of the packets the member has let pass', ...PROCESS),
  rehearsal_member_packets_refused_total: of('counter', 'Packets the member has dropped', ...PROCESS),
  rehearsal_member_connections_opened_total: of('counter', 'Connections opened at the member', ...PROCESS),
  rehearsal_traffic_packets_sent_total: of('counter', 'Packets sent into the fabric since traffic began'),
  rehearsal_traffic_packets_delivered_total: of('counter', 'Packets that came out again'),
  rehearsal_traffic_packets_dropped_total: of('counter', 'Packets dropped by a decision', 'reason'),
  rehearsal_traffic_packets_lost_total: of('counter', 'Packets a failure took', 'reason'),
  rehearsal_traffic_connections_open: of('gauge', 'Connections that are open at both their ends'),
  rehearsal_traffic_latency_seconds: of(
    'histogram',
    'Time from entry to delivery of delivered packets; the sum is an upper bound, 3.2 % above the truth at most',
  ),
  rehearsal_log_commits_total: of('counter', 'Commits in the log', 'kind'),
  rehearsal_log_events_total: of('counter', 'Events of the commits in the log', 'kind', 'type'),
  rehearsal_log_bytes_total: of('counter', 'Bytes of the commits in the log'),
  rehearsal_faults_total: of('counter', 'Faults and mends done to the fabric, and processes that ended', 'fault'),
} satisfies Readonly<Record<string, FabricMetric>>;
export type FabricMetricName = keyof typeof FABRIC_METRICS;

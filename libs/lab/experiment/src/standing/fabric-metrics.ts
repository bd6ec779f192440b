import { LatencyHistogram } from '@rehearsal/kernel';
import type { Commit } from '@rehearsal/kernel';
import type { FabricPlan, FaultRecord, LabStatus, ProcessStatus, Reading } from '@rehearsal/lab-port';
import { exposition, FABRIC_METRICS } from '@rehearsal/protocol';
import type { FabricMetricName, Sample } from '@rehearsal/protocol';
import type { Progress } from '@rehearsal/traffic';
import { worstView } from '../samples/worst-view.js';

/** Bounds of the latency histogram: powers of two, where its counts are exact; 64 µs to 2.1 s. */
const BOUNDS_US = Array.from({ length: 16 }, (_, i) => 2 ** (6 + i));

/** A fabric as it last said of itself, as a page of metrics. Whoever reads the page asks nothing of the fabric. */
export class FabricMetrics {
  readonly #plan: FabricPlan;
  readonly #run: string;
  readonly #commits = new Map<string, number>();
  readonly #events = new Map<string, Map<string, number>>();
  #logBytes = 0;
  #reading: Reading | undefined;
  /** While nobody answers for the traffic, what was said last holds. */
  #progress: Progress | undefined;

  constructor(plan: FabricPlan, run: string) {
    this.#plan = plan;
    this.#run = run;
  }

  take(reading: Reading): void {
    this.#reading = reading;
    if (reading.progress !== undefined) this.#progress = reading.progress as Progress;
  }

  /** A line of the log. */
  takeCommit(line: string): void {
    const { stream, events } = JSON.parse(line) as Commit;
    const kind = stream.slice(0, stream.indexOf('.'));
    this.#logBytes += Buffer.byteLength(line);
    this.#commits.set(kind, (this.#commits.get(kind) ?? 0) + 1);
    const types = this.#events.get(kind) ?? new Map<string, number>();
    this.#events.set(kind, types);
    for (const { type } of events) types.set(type, (types.get(type) ?? 0) + 1);
  }

  page(faults: readonly FaultRecord[]): string {
    const { fabric, profile, site } = this.#plan;
    const told: Partial<Record<FabricMetricName, readonly Sample[]>> = {
      rehearsal_fabric_info: [{ labels: { profile, run: this.#run }, value: 1 }],
      ...(this.#reading && ofStatus(this.#reading.status)),
      ...(this.#progress && ofTraffic(this.#progress)),
      rehearsal_log_commits_total: [...this.#commits].map(([kind, value]) => ({ labels: { kind }, value })),
      rehearsal_log_events_total: [...this.#events].flatMap(([kind, types]) =>
        [...types].map(([type, value]) => ({ labels: { kind, type }, value })),
      ),
      rehearsal_log_bytes_total: [{ value: this.#logBytes }],
      rehearsal_faults_total: byFault(faults),
    };
    const names = Object.keys(FABRIC_METRICS) as FabricMetricName[];
    const families = names.map((name) => {
      const { type, help } = FABRIC_METRICS[name];
      return { name, type, help, samples: told[name] ?? [] };
    });
    return exposition(families, { fabric, site: String(site) });
  }
}

function ofStatus(status: LabStatus): Partial<Record<FabricMetricName, readonly Sample[]>> {
  const rows = [...status.orchestrators, ...status.members, status.sync, status.traffic];
  const each = (read: (p: ProcessStatus) => number): Sample[] =>
    rows.map((p) => ({ labels: { role: p.role, id: p.id }, value: read(p) }));
  const answering = status.members.filter(answers);
  const ofMembers = (field: string): Sample[] =>
    answering.flatMap((m) => {
      const value = field === 'connections' ? m.connections : m.detail[field];
      return typeof value === 'number' ? [{ labels: { role: m.role, id: m.id }, value }] : [];
    });
  return {
    rehearsal_fabric_read_timestamp_seconds: [{ value: status.atMs / 1e3 }],
    rehearsal_bus_up: [{ value: status.bus === 'up' ? 1 : 0 }],
    rehearsal_bus_restarts_total: [{ value: status.busRestarts ?? 0 }],
    rehearsal_process_up: each((p) => (answers(p) ? 1 : 0)),
    rehearsal_process_ready: each((p) => (answers(p) && p.ready ? 1 : 0)),
    rehearsal_process_state: rows.map(({ role, id, state }) => ({ labels: { role, id, state }, value: 1 })),
    rehearsal_process_starts_total: each((p) => p.incarnation),
    rehearsal_process_restarts_total: each((p) => p.restarts ?? 0),
    rehearsal_members_active: one(
      worstView(status, (d) => (d['activeMembers'] as unknown[] | undefined)?.length, Math.min),
    ),
    rehearsal_slots_exposed: one(worstView(status, (d) => d['exposedSlots'], Math.max)),
    rehearsal_member_connections: ofMembers('connections'),
    rehearsal_member_copies: ofMembers('copies'),
    rehearsal_member_serving_slots: ofMembers('servingSlots'),
    rehearsal_member_connections_ahead_of_copies: ofMembers('aheadOfCopies'),
    rehearsal_member_packets_judged_total: ofMembers('judged'),
    rehearsal_member_packets_passed_total: ofMembers('packetsPassed'),
    rehearsal_member_bytes_passed_total: ofMembers('bytesPassed'),
    rehearsal_member_packets_refused_total: ofMembers('packetsRefused'),
    rehearsal_member_connections_opened_total: ofMembers('connectionsOpened'),
  };
}

function answers(p: ProcessStatus): boolean {
  return p.process === 'running' && p.state !== 'unreachable';
}

function one(value: number | null): Sample[] {
  return value === null ? [] : [{ value }];
}

function ofTraffic(p: Progress): Partial<Record<FabricMetricName, readonly Sample[]>> {
  const byReason = (counts: Readonly<Record<string, number>>): Sample[] =>
    Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
  return {
    rehearsal_traffic_packets_sent_total: [{ value: p.sent }],
    rehearsal_traffic_packets_delivered_total: [{ value: p.delivered }],
    rehearsal_traffic_packets_dropped_total: byReason(p.droppedBy),
    rehearsal_traffic_packets_lost_total: byReason(p.lostBy),
    rehearsal_traffic_connections_open: [{ value: p.open }],
    rehearsal_traffic_latency_seconds: latency(LatencyHistogram.fromPairs(p.latency)),
  };
}

function latency(all: LatencyHistogram): Sample[] {
  const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { le }, value });
  return [
    ...BOUNDS_US.map((us) => bucket(String(us / 1e6), all.below(us))),
    bucket('+Inf', all.count),
    { suffix: '_sum', value: all.sumUs() / 1e6 },
    { suffix: '_count', value: all.count },
  ];
}

function byFault(faults: readonly FaultRecord[]): Sample[] {
  const counts = new Map<string, number>();
  for (const { fault } of faults) counts.set(fault, (counts.get(fault) ?? 0) + 1);
  return [...counts].map(([fault, value]): Sample => ({ labels: { fault }, value }));
}

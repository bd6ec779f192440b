import { addressText } from '@rehearsal/packets';
import type { PlannedRecording } from './capture/playback-plan.js';
import { planPlayback, playedAddress, recordingOf, repeatOf } from './capture/playback-plan.js';
import type { Recording } from './capture/recording.js';
import { hostsIn } from './workload/address-range.js';
import type { ResolvedPlan } from './workload/plan.js';
import { Workload } from './workload/workload.js';

/**
 * All connections of a plan, generated ones first, then captured flows repeat by repeat: numbers,
 * tuples and services are the same in every run of the plan.
 */
export class Layout {
  readonly plan: ResolvedPlan;
  readonly workload: Workload;
  readonly recordings: readonly PlannedRecording[];
  /** Connections in all. */
  readonly connections: number;
  readonly players: number;

  /** `recordings` in the order of the plan's captures. Throws RangeError when addresses have no room. */
  constructor(plan: ResolvedPlan, recordings: readonly Recording[]) {
    this.plan = plan;
    this.workload = new Workload(plan);
    const hostsTaken = recordings.length > 0 ? Math.min(plan.total, hostsIn(plan.clients)) : 0;
    this.recordings = planPlayback(plan, recordings, this.workload.size, hostsTaken);
    this.connections = this.recordings.reduce((n, r) => n + r.recording.flows.length * r.repeats, this.workload.size);
    this.players = this.recordings.reduce((n, r) => n + r.repeats, 0);
  }

  /** Packets of the plan in a run without faults. */
  get scriptPackets(): number {
    return this.recordings.reduce((n, r) => n + r.recording.packets * r.repeats, this.workload.scriptPackets);
  }

  /** How long the plan takes in a run without faults and delay. */
  get durationMs(): number {
    const played = this.recordings.map((r) => {
      const n = r.recording.packets;
      return n === 0 ? 0 : r.startUs + (r.repeats - 1) * r.everyUs + r.atUs[n - 1];
    });
    return Math.ceil(Math.max(this.workload.durationUs, ...played) / 1000);
  }

  /** `client:port>server:port/protocol`, as the packets carry it. */
  tuple(connection: number): string {
    if (connection < this.workload.size) return this.workload.tuple(connection);
    const { planned, repeat, flow } = this.place(connection);
    if (flow.protocol === 'odd') return `${planned.recording.name}#${repeat} odd packets`;
    const first = flow.firstPacket;
    const address = (host: number, recorded: number): string =>
      addressText(host === -1 ? recorded : playedAddress(this.plan, planned, repeat, host));
    const src = address(planned.recording.src[first], flow.src);
    const dst = address(planned.recording.dst[first], flow.dst);
    return `${src}:${flow.srcPort}>${dst}:${flow.dstPort}/${flow.protocol}`;
  }

  /** The connection it follows from; -1: none. */
  follows(connection: number): number {
    return connection < this.workload.size ? this.workload.parent[connection] : -1;
  }

  /** The generated connection's service, or the capture's name. */
  service(connection: number): string {
    const { workload } = this;
    if (connection < workload.size) return this.plan.services[workload.service[connection]].name;
    return this.place(connection).planned.recording.name;
  }

  private place(connection: number) {
    const planned = recordingOf(this.recordings, connection);
    const { flows } = planned.recording;
    const flow = flows[(connection - planned.firstConnection) % flows.length];
    return { planned, flow, repeat: repeatOf(planned, connection) };
  }
}

import { createRng } from '@rehearsal/kernel';
import { addressText } from '@rehearsal/packets';
import { giveAddresses } from './give-addresses.js';
import type { PlannedService, ResolvedPlan } from './plan.js';
import { protocolName, scriptPackets } from './services.js';

/**
 * The generated connections of a plan, laid out before the first packet: who talks to whom, how
 * often, and when. A pure function of the plan. The plan's own connections come first; those that
 * follow from one of them (data of FTP, media of SIP, ESP after IKE) come behind, each family together.
 */
export class Workload {
  readonly plan: ResolvedPlan;
  /** All connections, those that follow from others among them. */
  readonly size: number;
  /** Index into `plan.services`, by connection. */
  readonly service: Uint8Array;
  readonly clientAddress: Uint32Array;
  readonly serverAddress: Uint32Array;
  readonly clientPort: Uint16Array;
  readonly serverPort: Uint16Array;
  /** 1 where the client is outside. */
  readonly clientSide: Uint8Array;
  /** The connection it follows from; -1: none. */
  readonly parent: Int32Array;
  /** First of the connections that follow from a connection of the plan; the others stand behind it. */
  readonly firstFollower: Int32Array;
  readonly exchanges: number;
  /** From one exchange of a connection to the next. */
  readonly intervalUs: number;
  /** Packets of all connections in a run without faults. */
  readonly scriptPackets: number;
  /** From the first packet to the last in a run without faults or delay. */
  readonly durationUs: number;
  private readonly lifeUs: number;

  /** Throws RangeError when the plan's addresses have no room for its connections. */
  constructor(plan: ResolvedPlan) {
    this.plan = plan;
    const chosen = plan.ends ? Uint8Array.from(plan.ends, ({ service }) => service) : spreadServices(plan);
    let size = plan.total;
    for (const service of chosen) size += plan.services[service].followers.length;
    this.size = size;
    this.service = new Uint8Array(size);
    this.clientAddress = new Uint32Array(size);
    this.serverAddress = new Uint32Array(size);
    this.clientPort = new Uint16Array(size);
    this.serverPort = new Uint16Array(size);
    this.clientSide = new Uint8Array(size);
    this.parent = new Int32Array(size).fill(-1);
    this.firstFollower = new Int32Array(plan.total);
    this.service.set(chosen);
    this.layFamilies();
    giveAddresses(this, createRng(plan.seed, 'traffic.addresses'));
    this.exchanges = this.exchangesPerConnection();
    this.scriptPackets = this.packetsFor(this.exchanges);
    const paceUs = Math.floor((this.scriptPackets * 1e6) / plan.packetsPerSec);
    const generations = plan.total === 0 ? 0 : Math.ceil(plan.total / plan.concurrent);
    this.lifeUs = generations === 0 ? 0 : Math.floor((paceUs * plan.concurrent) / plan.total);
    this.intervalUs = Math.max(1, Math.floor(this.lifeUs / (this.exchanges + 1)));
    this.durationUs = generations * this.lifeUs + (generations === 0 ? 0 : this.intervalUs);
  }

  serviceOf(connection: number): PlannedService {
    return this.plan.services[this.service[connection]];
  }

  /** Exchanges of a connection's script. */
  exchangesOf(connection: number): number {
    return this.serviceOf(connection).exchanges || this.exchanges;
  }

  /** When a connection of the plan opens, in µs of the schedule: starts are spread evenly over one interval. */
  startUs(connection: number): number {
    const { concurrent } = this.plan;
    const lane = connection % concurrent;
    return Math.floor(connection / concurrent) * this.lifeUs + Math.floor((lane * this.intervalUs) / concurrent);
  }

  /** When exchange `k` is due after the connection's own start; `k` = exchanges is the closing. */
  dueUs(startedUs: number, k: number): number {
    return startedUs + (k + 1) * this.intervalUs;
  }

  tuple(connection: number): string {
    const client = `${addressText(this.clientAddress[connection])}:${this.clientPort[connection]}`;
    const server = `${addressText(this.serverAddress[connection])}:${this.serverPort[connection]}`;
    return `${client}>${server}/${protocolName(this.serviceOf(connection))}`;
  }

  private layFamilies(): void {
    const { plan } = this;
    let next = plan.total;
    for (let c = 0; c < plan.total; c++) {
      this.firstFollower[c] = next;
      for (const follower of this.serviceOf(c).followers) {
        this.service[next] = follower.service;
        this.parent[next] = c;
        next++;
      }
    }
    for (let c = 0; c < this.size; c++) this.clientSide[c] = this.serviceOf(c).from === 'outside' ? 1 : 0;
  }

  private exchangesPerConnection(): number {
    const { plan } = this;
    if (plan.exchanges > 0 || plan.total === 0) return plan.exchanges;
    const wanted = (plan.packetsPerSec * plan.durationMs) / 1000;
    // What follows from others begins after some exchanges; from then on packets grow evenly.
    const allBegun = 16;
    const perExchange = this.packetsFor(allBegun + 1) - this.packetsFor(allBegun);
    const fixed = this.packetsFor(allBegun) - allBegun * perExchange;
    return perExchange === 0 ? 1 : Math.max(1, Math.min(1_000_000, Math.round((wanted - fixed) / perExchange)));
  }

  private packetsFor(exchanges: number): number {
    const each = this.plan.services.map((service) => {
      let packets = scriptPackets(service, exchanges);
      for (const { after, service: follower } of service.followers) {
        if (after <= exchanges) packets += scriptPackets(this.plan.services[follower], exchanges);
      }
      return packets;
    });
    let packets = 0;
    for (let c = 0; c < this.plan.total; c++) packets += each[this.service[c]];
    return packets;
  }
}

/** Smooth weighted round robin: any stretch of connections has the mix, nearly. */
function spreadServices({ services, total }: ResolvedPlan): Uint8Array {
  const chosen = new Uint8Array(total);
  const credit = services.map(() => 0);
  const all = services.reduce((sum, s) => sum + s.weight, 0);
  for (let c = 0; c < total; c++) {
    let best = 0;
    for (let s = 0; s < services.length; s++) {
      credit[s] += services[s].weight;
      if (credit[s] > credit[best]) best = s;
    }
    credit[best] -= all;
    chosen[c] = best;
  }
  return chosen;
}

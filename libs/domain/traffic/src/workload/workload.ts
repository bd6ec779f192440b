import { createRng } from '@rehearsal/kernel';
import { addressText } from '@rehearsal/packets';
import { hostAddress, hostsIn } from './address-range.js';
import type { ResolvedPlan } from './plan.js';
import { scriptPackets } from './services.js';

const FIRST_CLIENT_PORT = 32_768;
const CLIENT_PORTS = 65_536 - FIRST_CLIENT_PORT;
/** Few servers carry many connections, as in most networks. */
const SERVERS_PER_SERVICE = 8;

/**
 * The generated connections of a plan, laid out before the first packet: who talks to whom, how
 * often, and when. A pure function of the plan.
 */
export class Workload {
  readonly plan: ResolvedPlan;
  readonly size: number;
  /** Index into `plan.services`, by connection. */
  readonly service: Uint8Array;
  readonly clientAddress: Uint32Array;
  readonly serverAddress: Uint32Array;
  readonly clientPort: Uint16Array;
  readonly exchanges: number;
  /** From one exchange of a connection to the next. */
  readonly intervalUs: number;
  /** Packets of all connections in a run without faults. */
  readonly scriptPackets: number;
  /** From the first packet to the last in a run without faults or delay. */
  readonly durationUs: number;
  private readonly lifeUs: number;

  constructor(plan: ResolvedPlan) {
    this.plan = plan;
    this.size = plan.total;
    this.service = new Uint8Array(plan.total);
    this.clientAddress = new Uint32Array(plan.total);
    this.serverAddress = new Uint32Array(plan.total);
    this.clientPort = new Uint16Array(plan.total);
    this.spreadServices();
    this.giveAddresses();
    this.exchanges = this.exchangesPerConnection();
    this.scriptPackets = this.packetsFor(this.exchanges);
    const paceUs = Math.floor((this.scriptPackets * 1e6) / plan.packetsPerSec);
    const generations = plan.total === 0 ? 0 : Math.ceil(plan.total / plan.concurrent);
    this.lifeUs = generations === 0 ? 0 : Math.floor((paceUs * plan.concurrent) / plan.total);
    this.intervalUs = Math.max(1, Math.floor(this.lifeUs / (this.exchanges + 1)));
    this.durationUs = generations * this.lifeUs + (generations === 0 ? 0 : this.intervalUs);
  }

  /** When a connection opens, in µs of the schedule: starts are spread evenly over one interval. */
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
    const service = this.plan.services[this.service[connection]];
    const client = `${addressText(this.clientAddress[connection])}:${this.clientPort[connection]}`;
    const protocol = service.transport === 'tcp' || service.transport === 'refused' ? 'tcp' : 'udp';
    return `${client}>${addressText(this.serverAddress[connection])}:${service.port}/${protocol}`;
  }

  /** Smooth weighted round robin: any stretch of connections has the mix, nearly. */
  private spreadServices(): void {
    const { services } = this.plan;
    const credit = services.map(() => 0);
    const all = services.reduce((sum, s) => sum + s.weight, 0);
    for (let c = 0; c < this.size; c++) {
      let best = 0;
      for (let s = 0; s < services.length; s++) {
        credit[s] += services[s].weight;
        if (credit[s] > credit[best]) best = s;
      }
      credit[best] -= all;
      this.service[c] = best;
    }
  }

  private giveAddresses(): void {
    const { clients, servers, seed } = this.plan;
    const rng = createRng(seed, 'traffic.addresses');
    const hosts = Math.min(hostsIn(clients), Math.max(1, this.size));
    if (this.size > hosts * CLIENT_PORTS) {
      throw new RangeError(
        `${this.size} connections: ${hosts} client addresses have no room for them; widen addresses.clients`,
      );
    }
    const firstHost = rng.int(hostsIn(clients));
    for (let c = 0; c < this.size; c++) {
      this.clientAddress[c] = hostAddress(clients, firstHost + (c % hosts));
      this.clientPort[c] = FIRST_CLIENT_PORT + Math.floor(c / hosts);
      this.serverAddress[c] = hostAddress(
        servers,
        this.service[c] * SERVERS_PER_SERVICE + rng.int(SERVERS_PER_SERVICE),
      );
    }
  }

  private exchangesPerConnection(): number {
    const { plan } = this;
    if (plan.exchanges > 0 || plan.total === 0) return plan.exchanges;
    const wanted = (plan.packetsPerSec * plan.durationMs) / 1000;
    const fixed = this.packetsFor(0);
    const perExchange = this.packetsFor(1) - fixed;
    return perExchange === 0 ? 1 : Math.max(1, Math.min(1_000_000, Math.round((wanted - fixed) / perExchange)));
  }

  private packetsFor(exchanges: number): number {
    const { services } = this.plan;
    const each = services.map((s) => scriptPackets(s, exchanges));
    let packets = 0;
    for (let c = 0; c < this.size; c++) packets += each[this.service[c]];
    return packets;
  }
}

import { PROTOCOL } from '@rehearsal/packets';
import type { PacketView } from '@rehearsal/packets';
import type { RecordedFlow } from './recording.js';

/** The address is left as it is. */
export const UNCHANGED = -1;

interface OpenFlow {
  protocol: string;
  src: number;
  srcPort: number;
  dst: number;
  dstPort: number;
  firstPacket: number;
  lastPacket: number;
}

/**
 * Puts the packets of a capture into flows: TCP and UDP by the unordered pair of (address, port),
 * other protocols by protocol and address pair, later fragments with the first fragment of their
 * datagram. What belongs nowhere goes to one flow of odd packets. The first packet's sender began the flow.
 */
export class FlowIndex {
  private readonly flows: OpenFlow[] = [];
  private readonly byKey = new Map<string, number>();
  private readonly byDatagram = new Map<string, number>();
  private readonly flow: number[] = [];
  private readonly side: number[] = [];
  private readonly src: number[] = [];
  private readonly dst: number[] = [];
  private odd = -1;

  /** A packet that could be read; `ipId` is its datagram's identification. */
  add(view: PacketView, ipId: number): void {
    const datagram = `${view.protocol} ${view.src} ${view.dst} ${ipId}`;
    if (view.isFragment && !view.isFirstFragment) {
      const flow = this.byDatagram.get(datagram);
      this.put(flow ?? this.oddFlow(), view.src, view.dst, flow !== undefined);
      return;
    }
    const key = keyOf(view);
    let flow = this.byKey.get(key);
    if (flow === undefined) {
      flow = this.begin(view);
      this.byKey.set(key, flow);
    }
    if (view.isFragment) this.byDatagram.set(datagram, flow);
    const begun = this.flows[flow];
    const fromFirst = view.src === begun.src && view.srcPort === begun.srcPort;
    this.put(flow, view.src, view.dst, true, fromFirst ? 0 : 1);
  }

  /** A packet that is no IPv4, or damaged. */
  addOdd(): void {
    this.put(this.oddFlow(), 0, 0, false);
  }

  finish(): {
    flow: Int32Array;
    side: Uint8Array;
    src: Int32Array;
    dst: Int32Array;
    flows: readonly RecordedFlow[];
    clients: number;
    servers: number;
  } {
    const clients = new Map<number, number>();
    for (const flow of this.flows) {
      if (isHost(flow.src) && !clients.has(flow.src)) clients.set(flow.src, clients.size);
    }
    const servers = new Map<number, number>();
    const numberOf = (address: number): number => {
      if (!isHost(address)) return UNCHANGED;
      const client = clients.get(address);
      if (client !== undefined) return client;
      let server = servers.get(address);
      if (server === undefined) servers.set(address, (server = servers.size));
      return -2 - server;
    };
    return {
      flow: Int32Array.from(this.flow),
      side: Uint8Array.from(this.side),
      src: Int32Array.from(this.src, numberOf),
      dst: Int32Array.from(this.dst, numberOf),
      flows: this.flows,
      clients: clients.size,
      servers: servers.size,
    };
  }

  private put(flow: number, src: number, dst: number, hasFlow: boolean, side?: 0 | 1): void {
    const begun = this.flows[flow];
    this.side.push(side ?? (hasFlow && src !== begun.src ? 1 : 0));
    begun.lastPacket = this.flow.length;
    if (begun.firstPacket < 0) begun.firstPacket = this.flow.length;
    this.flow.push(flow);
    this.src.push(src);
    this.dst.push(dst);
  }

  private begin(view: PacketView): number {
    const { src, srcPort, dst, dstPort } = view;
    this.flows.push({
      protocol: protocolName(view.protocol),
      src,
      srcPort,
      dst,
      dstPort,
      firstPacket: -1,
      lastPacket: -1,
    });
    return this.flows.length - 1;
  }

  private oddFlow(): number {
    if (this.odd < 0) {
      this.flows.push({ protocol: 'odd', src: 0, srcPort: 0, dst: 0, dstPort: 0, firstPacket: -1, lastPacket: -1 });
      this.odd = this.flows.length - 1;
    }
    return this.odd;
  }
}

function keyOf(view: PacketView): string {
  const from = `${view.src}:${view.srcPort}`;
  const to = `${view.dst}:${view.dstPort}`;
  return `${view.protocol} ${from < to ? from : to} ${from < to ? to : from}`;
}

function protocolName(protocol: number): string {
  if (protocol === PROTOCOL.tcp) return 'tcp';
  if (protocol === PROTOCOL.udp) return 'udp';
  return protocol === PROTOCOL.icmp ? 'icmp' : `ip-${protocol}`;
}

/** Neither 0.0.0.0 and its net, nor loopback, nor multicast, reserved or broadcast. */
function isHost(address: number): boolean {
  const first = address >>> 24;
  return first > 0 && first < 224 && first !== 127;
}

import { PacketView, PROTOCOL } from '@rehearsal/packets';
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
  compared: 'none' | 'addresses' | 'whole';
  /** Of ICMP questions: the identifier they have in common. */
  identifier: number;
}

const ICMP_ASKING = new Set([0, 8, 13, 14, 15, 16]);
const ICMP_QUOTING = new Set([3, 4, 5, 11, 12]);
const ICMP_HEADER_BYTES = 8;

/**
 * Puts the packets of a capture into flows: TCP and UDP by the unordered pair of (address, port),
 * ICMP questions by their identifier and other protocols by protocol and address pair, later fragments with the first fragment of their
 * datagram. What belongs nowhere goes to one flow of odd packets. The first packet's sender began the flow.
 */
export class FlowIndex {
  private readonly flows: OpenFlow[] = [];
  private readonly byKey = new Map<string, number>();
  private readonly byDatagram = new Map<string, number>();
  /** Later fragments that were recorded before their first one, by datagram. */
  private readonly early = new Map<string, number[]>();
  private readonly flow: number[] = [];
  private readonly side: number[] = [];
  private readonly src: number[] = [];
  private readonly dst: number[] = [];
  /** By packet: the flow it goes along with. */
  private readonly along: number[] = [];
  /** By packet: the flow an ICMP error is about, or -1. */
  private readonly about: number[] = [];
  private readonly quoted = new PacketView();
  private odd = -1;

  /** The packet at `bytes[at …)` that `view` has read. */
  add(view: PacketView, bytes: Uint8Array, at: number): void {
    const ipId = (bytes[at + 4] << 8) | bytes[at + 5];
    const datagram = `${view.protocol} ${view.src} ${view.dst} ${ipId}`;
    if (view.isFragment && !view.isFirstFragment) {
      const flow = this.byDatagram.get(datagram);
      this.put(flow ?? this.oddFlow(), view.src, view.dst, flow !== undefined);
      if (flow === undefined) this.noteEarly(datagram);
      return;
    }
    const key = keyOf(view, bytes);
    let flow = this.byKey.get(key);
    if (flow === undefined) {
      flow = this.begin(view);
      this.byKey.set(key, flow);
    }
    const begun = this.flows[flow];
    const fromFirst = view.src === begun.src && view.srcPort === begun.srcPort;
    if (view.isFragment) {
      this.byDatagram.set(datagram, flow);
      this.joinEarly(datagram, flow, fromFirst ? 0 : 1);
    }
    const about = view.protocol === PROTOCOL.icmp ? this.noteIcmp(begun, view, bytes) : -1;
    if (about < 0) {
      this.put(flow, view.src, view.dst, true, fromFirst ? 0 : 1);
      return;
    }
    // An error comes from where the packet it quotes went.
    const quotedFromFirst =
      this.quoted.src === this.flows[about].src && this.quoted.srcPort === this.flows[about].srcPort;
    this.put(flow, view.src, view.dst, true, quotedFromFirst ? 1 : 0);
    this.about[this.about.length - 1] = about;
    // By the same orchestrator as that one, or it could overtake it.
    this.along[this.along.length - 1] = about;
  }

  /** The packet added last is a later fragment whose first one has not been seen. */
  private noteEarly(datagram: string): void {
    const packets = this.early.get(datagram);
    if (packets === undefined) this.early.set(datagram, [this.flow.length - 1]);
    else packets.push(this.flow.length - 1);
  }

  /** The first one has been seen: the others came from the same host, and go where its flow goes. */
  private joinEarly(datagram: string, flow: number, side: 0 | 1): void {
    for (const packet of this.early.get(datagram) ?? []) {
      this.along[packet] = flow;
      this.side[packet] = side;
    }
    this.early.delete(datagram);
  }

  /** Notes what an ICMP packet says of its flow; answers the flow an error is about, or -1. */
  private noteIcmp(flow: OpenFlow, view: PacketView, bytes: Uint8Array): number {
    if (view.isFragment) {
      if (flow.compared === 'whole') flow.compared = 'addresses';
      return -1;
    }
    const type = view.payloadLen > 0 ? bytes[view.payloadAt] : -1;
    const identifier = identifierOf(view, bytes);
    if (identifier >= 0) {
      flow.identifier = identifier;
      return -1;
    }
    flow.compared = 'none';
    if (!ICMP_QUOTING.has(type)) return -1;
    if (!readQuoted(this.quoted, bytes, view.payloadAt + ICMP_HEADER_BYTES, view.payloadLen - ICMP_HEADER_BYTES)) {
      return -1;
    }
    return this.byKey.get(keyOf(this.quoted, bytes)) ?? -1;
  }

  /** A packet that is no IPv4, or damaged. */
  addOdd(): void {
    this.put(this.oddFlow(), 0, 0, false);
  }

  finish(): {
    flow: Int32Array;
    along: Int32Array;
    side: Uint8Array;
    src: Int32Array;
    dst: Int32Array;
    about: Int32Array;
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
      along: Int32Array.from(this.along),
      side: Uint8Array.from(this.side),
      src: Int32Array.from(this.src, numberOf),
      dst: Int32Array.from(this.dst, numberOf),
      about: Int32Array.from(this.about),
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
    this.along.push(flow);
    this.about.push(-1);
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
      compared: comparedOf(view.protocol),
      identifier: -1,
    });
    return this.flows.length - 1;
  }

  private oddFlow(): number {
    if (this.odd < 0) {
      const none = { src: 0, srcPort: 0, dst: 0, dstPort: 0, firstPacket: -1, lastPacket: -1, identifier: -1 };
      this.flows.push({ protocol: 'odd', ...none, compared: 'none' });
      this.odd = this.flows.length - 1;
    }
    return this.odd;
  }
}

function comparedOf(protocol: number): OpenFlow['compared'] {
  return protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.icmp ? 'whole' : 'addresses';
}

/** The head of a packet within an ICMP error: addresses, protocol, and ports where it has them. False where it is none. */
function readQuoted(view: PacketView, bytes: Uint8Array, at: number, lenBytes: number): boolean {
  if (lenBytes < 28 || bytes[at] >>> 4 !== 4) return false;
  const headerBytes = (bytes[at] & 15) << 2;
  if (headerBytes < 20 || headerBytes + 4 > lenBytes) return false;
  const word = (from: number): number =>
    (bytes[from] << 24) | (bytes[from + 1] << 16) | (bytes[from + 2] << 8) | bytes[from + 3];
  const ports = word(at + headerBytes);
  view.protocol = bytes[at + 9];
  view.src = word(at + 12);
  view.dst = word(at + 16);
  const hasPorts = view.protocol === PROTOCOL.tcp || view.protocol === PROTOCOL.udp;
  view.srcPort = hasPorts ? ports >>> 16 : 0;
  view.dstPort = hasPorts ? ports & 0xffff : 0;
  view.payloadAt = at + headerBytes;
  view.payloadLen = lenBytes - headerBytes;
  return true;
}

function keyOf(view: PacketView, bytes: Uint8Array): string {
  const from = `${view.src}:${view.srcPort}`;
  const to = `${view.dst}:${view.dstPort}`;
  const identifier = view.protocol === PROTOCOL.icmp ? identifierOf(view, bytes) : -1;
  return `${view.protocol} ${from < to ? from : to} ${from < to ? to : from} ${identifier}`;
}

/** Of an ICMP question or its answer: who asks; -1 for other packets. */
function identifierOf(view: PacketView, bytes: Uint8Array): number {
  const asks = view.payloadLen >= ICMP_HEADER_BYTES && ICMP_ASKING.has(bytes[view.payloadAt]);
  return asks ? (bytes[view.payloadAt + 4] << 8) | bytes[view.payloadAt + 5] : -1;
}

function protocolName(protocol: number): string {
  if (protocol === PROTOCOL.tcp) return 'tcp';
  if (protocol === PROTOCOL.udp) return 'udp';
  return protocol === PROTOCOL.icmp ? 'icmp' : `ip-${protocol}`;
}

/** Whatever a host may have, also on itself: neither the unspecified address nor a group nor everybody. */
function isHost(address: number): boolean {
  const isGroup = address >>> 28 === 14;
  return address !== 0 && address !== -1 && !isGroup;
}

import { GTP_PORT_HALF, icmpPorts, isFragment, isIcmpError, isLaterFragment, tunnelledAt } from './packet-layout.js';
import { VERDICT } from './verdict.js';

export const PROTO_ICMP = 1;
export const PROTO_TCP = 6;
export const PROTO_UDP = 17;

/**
 * How a packet is followed: by its connection; as a later fragment, whose key is that of its first one but which
 * shows no flags, so that it does as its connection does; or by itself, where nothing names a connection.
 */
export const TRACK = { connection: 0, fragment: 1, other: 2 } as const;

/** An address as a packet's word holds it, as a signed integer in host order; and the other way round. */
export function swapAddress(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** A port as half a packet's word holds it, in host order; and the other way round. */
export function swapPort(half: number): number {
  return ((half & 0xff) << 8) | ((half >>> 8) & 0xff);
}

/**
 * What the data path needs of one IPv4 packet: the key of its connection, overwritten by each `read`.
 *
 * The key is the same for both directions: of the two (address, port) ends the smaller is `a`, and `swapped`
 * tells that this packet came from the larger, `b`. Its words stay as they stand in the packet, since only
 * equality and one fixed order matter; `src` to `dstPort` give them in host order.
 *
 * | packet | key |
 * |---|---|
 * | TCP, UDP | addresses, ports, protocol |
 * | ICMP with an identifier (echo, timestamp) | addresses, the identifier as both ports, 1 |
 * | ICMP error | of the packet it quotes, turned round: it travels as an answer of that connection would |
 * | GTP-U, where tunnelled packets count | of the packet in the tunnel, if it is IPv4 and can be followed |
 * | later fragment | as its first fragment; the ports are handed in |
 * | anything else | addresses, no ports, protocol |
 */
export class PacketKey {
  proto = 0;
  tcpFlags = 0;
  /** A `TRACK` value. */
  track = 0;
  a = 0;
  b = 0;
  /** Port of `a` in the low half, port of `b` in the high half. */
  ports = 0;
  /** 1 when the packet came from `b`. */
  swapped = 0;
  /** The packet is an ICMP error; the key is that of the packet it is about, turned round. */
  icmpError = false;
  /** The key is that of a packet in a GTP-U tunnel. */
  gtpInner = false;
  private readonly tunnelled: PacketKey | undefined;

  /** `readsTunnels`: a packet in a GTP-U tunnel counts as itself, else as its tunnel. */
  constructor(readsTunnels = false) {
    this.tunnelled = readsTunnels ? new PacketKey() : undefined;
  }

  /**
   * Reads the packet of `lenBytes` at word `at`; the caller has checked that so many words are there.
   * `fragmentPorts` is `portsWord` of the first fragment, where this is a later one.
   * Returns 0, or the verdict that refuses it: malformed, unsupported_ipv6, unsupported_non_ip.
   */
  read(words: Int32Array, at: number, lenBytes: number, fragmentPorts = 0): number {
    // What nearly all packets are, in few enough steps for the compiler to take them into its caller: no options, no
    // fragment, TCP or UDP, nothing wrong. What reads a word beyond a packet that is too short goes on as any other.
    const first = words[at] as number;
    const totalBytes = ((first >>> 8) & 0xff00) | (first >>> 24);
    const proto = ((words[at + 2] as number) >>> 8) & 0xff;
    let flags = -1;
    if ((first & 0xff) === 0x45 && totalBytes <= lenBytes && !isFragment(words[at + 1] as number)) {
      if (proto === PROTO_TCP) {
        const control = words[at + 8] as number;
        const tcpHeaderBytes = (control >>> 2) & 60;
        if (tcpHeaderBytes >= 20 && tcpHeaderBytes <= totalBytes - 20) flags = (control >>> 8) & 0xff;
      } else if (proto === PROTO_UDP && totalBytes >= 28 && this.tunnelled === undefined) flags = 0;
    }
    if (flags < 0) return this.readAny(words, at, lenBytes, fragmentPorts);
    this.tcpFlags = flags;
    this.track = TRACK.connection;
    this.icmpError = false;
    this.gtpInner = false;
    this.take(words[at + 3] as number, words[at + 4] as number, words[at + 5] as number, proto);
    return 0;
  }

  private readAny(words: Int32Array, at: number, lenBytes: number, fragmentPorts: number): number {
    if (lenBytes < 20) return refusalOfShort(words, at, lenBytes);
    const first = words[at] as number;
    const headerBytes = (first & 15) << 2;
    // A length of 0 stands in captures taken before the network card cut the packet up.
    const totalBytes = ((first >>> 8) & 0xff00) | (first >>> 24) || lenBytes;
    if ((first & 0xf0) !== 0x40) return refusalOfVersion(first);
    if (headerBytes < 20 || totalBytes < headerBytes || totalBytes > lenBytes) return VERDICT.malformed;
    const proto = ((words[at + 2] as number) >>> 8) & 0xff;
    const l4 = at + (headerBytes >>> 2);
    const l4Bytes = totalBytes - headerBytes;
    this.tcpFlags = 0;
    this.track = TRACK.connection;
    this.icmpError = false;
    this.gtpInner = false;
    let ports = 0;
    if (isLaterFragment(words[at + 1] as number)) {
      ports = fragmentPorts;
      if (hasPorts(proto)) this.track = TRACK.fragment;
    } else if (proto === PROTO_TCP) {
      if (l4Bytes < 20) return VERDICT.malformed;
      const control = words[l4 + 3] as number;
      const tcpHeaderBytes = (control >>> 2) & 60;
      if (tcpHeaderBytes < 20 || (tcpHeaderBytes > l4Bytes && !isFragment(words[at + 1] as number))) {
        return VERDICT.malformed;
      }
      this.tcpFlags = (control >>> 8) & 0xff;
      ports = words[l4] as number;
    } else if (proto === PROTO_UDP) {
      if (l4Bytes < 8) return VERDICT.malformed;
      ports = words[l4] as number;
      if (this.tunnelled !== undefined && ports >>> 16 === GTP_PORT_HALF && !isFragment(words[at + 1] as number)) {
        if (this.readTunnelled(this.tunnelled, words, l4, l4Bytes)) return 0;
      }
    } else if (proto === PROTO_ICMP) {
      if (l4Bytes < 8) return VERDICT.malformed;
      if (isIcmpError(words[l4] as number)) {
        this.icmpError = true;
        if (this.readQuoted(words, l4 + 2, l4Bytes - 8, this.tunnelled !== undefined)) return 0;
        this.track = TRACK.other;
      } else ports = icmpPorts(words, l4);
    }
    this.take(words[at + 3] as number, words[at + 4] as number, ports, proto);
    return 0;
  }

  /** Takes a packet's ends as they stand in its words: `ports` has the source's in the low half. */
  take(src: number, dst: number, ports: number, proto: number): void {
    const crossed = (ports << 16) | (ports >>> 16);
    // Without a branch: half of all packets come from `b`, in no order a processor could foresee.
    const below = (dst - src) | 0;
    let order = (below ^ ((dst ^ src) & (below ^ dst))) >>> 31;
    if (below === 0) order = ((ports >>> 16) - (ports & 0xffff)) >>> 31;
    const differ = (src ^ dst) & -order;
    this.proto = proto;
    this.a = src ^ differ;
    this.b = dst ^ differ;
    this.ports = ports ^ ((ports ^ crossed) & -order);
    this.swapped = order;
  }

  /** Takes the key of the packet in a tunnel, if there is one that can be followed. */
  private readTunnelled(inner: PacketKey, words: Int32Array, udp: number, udpBytes: number): boolean {
    const at = tunnelledAt(words, udp, udpBytes);
    if (at < 0 || inner.read(words, at, udpBytes - ((at - udp) << 2)) !== 0) return false;
    if (inner.track !== TRACK.connection) return false;
    this.gtpInner = true;
    this.icmpError = inner.icmpError;
    this.tcpFlags = inner.tcpFlags;
    this.proto = inner.proto;
    this.a = inner.a;
    this.b = inner.b;
    this.ports = inner.ports;
    this.swapped = inner.swapped;
    return true;
  }

  /** Takes the key of the packet that an error quotes, turned round; false when too little of it is there. */
  private readQuoted(words: Int32Array, at: number, bytes: number, tunnels: boolean): boolean {
    if (bytes < 20) return false;
    const first = words[at] as number;
    const headerBytes = (first & 15) << 2;
    if ((first & 0xf0) !== 0x40 || headerBytes < 20 || bytes < headerBytes) return false;
    const proto = ((words[at + 2] as number) >>> 8) & 0xff;
    if (hasPorts(proto) && bytes < headerBytes + 8) return false;
    const l4 = at + (headerBytes >>> 2);
    let ports = 0;
    if (isLaterFragment(words[at + 1] as number)) {
      if (hasPorts(proto)) return false;
    } else if (proto === PROTO_TCP || proto === PROTO_UDP) {
      ports = words[l4] as number;
      if (tunnels && proto === PROTO_UDP && ports >>> 16 === GTP_PORT_HALF && !isFragment(words[at + 1] as number)) {
        const inner = tunnelledAt(words, l4, bytes - headerBytes);
        if (inner >= 0 && this.readQuoted(words, inner, bytes - ((inner - at) << 2), false)) {
          this.gtpInner = true;
          return true;
        }
      }
    } else if (proto === PROTO_ICMP) {
      if (isIcmpError(words[l4] as number)) return false;
      ports = icmpPorts(words, l4);
    }
    this.take(words[at + 4] as number, words[at + 3] as number, (ports << 16) | (ports >>> 16), proto);
    return true;
  }

  get src(): number {
    return swapAddress(this.swapped === 1 ? this.b : this.a);
  }

  get dst(): number {
    return swapAddress(this.swapped === 1 ? this.a : this.b);
  }

  get srcPort(): number {
    return swapPort(this.swapped === 1 ? this.ports >>> 16 : this.ports);
  }

  get dstPort(): number {
    return swapPort(this.swapped === 1 ? this.ports : this.ports >>> 16);
  }
}

/** Whether the packets of a protocol name their connection by more than its addresses. */
export function hasPorts(proto: number): boolean {
  return proto === PROTO_TCP || proto === PROTO_UDP || proto === PROTO_ICMP;
}

function refusalOfShort(words: Int32Array, at: number, lenBytes: number): number {
  const first = words[at];
  if (lenBytes < 1 || first === undefined || (first & 0xf0) === 0x40) return VERDICT.malformed;
  return refusalOfVersion(first);
}

function refusalOfVersion(first: number): number {
  return (first & 0xf0) === 0x60 ? VERDICT.unsupported_ipv6 : VERDICT.unsupported_non_ip;
}

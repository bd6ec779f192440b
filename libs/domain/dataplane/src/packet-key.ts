import { VERDICT } from './verdict.js';

export const PROTO_TCP = 6;
export const PROTO_UDP = 17;

/** How a packet is followed: by connection, or by itself. */
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
 */
export class PacketKey {
  proto = 0;
  tcpFlags = 0;
  /** A `TRACK` value; ports and flags are 0 unless it is `connection`. */
  track = 0;
  a = 0;
  b = 0;
  /** Port of `a` in the low half, port of `b` in the high half. */
  ports = 0;
  /** 1 when the packet came from `b`. */
  swapped = 0;

  /**
   * Reads the packet of `lenBytes` at word `at`; the caller has checked that so many words are there.
   * Returns 0, or the verdict that refuses it: malformed, unsupported_ipv6, unsupported_non_ip.
   */
  read(words: Int32Array, at: number, lenBytes: number): number {
    if (lenBytes < 20) return refusalOfShort(words, at, lenBytes);
    const first = words[at] as number;
    const headerBytes = (first & 15) << 2;
    // A length of 0 stands in captures taken before the network card cut the packet up.
    const totalBytes = ((first >>> 8) & 0xff00) | (first >>> 24) || lenBytes;
    if ((first & 0xf0) !== 0x40) return refusalOfVersion(first);
    if (headerBytes < 20 || totalBytes < headerBytes || totalBytes > lenBytes) return VERDICT.malformed;
    const proto = ((words[at + 2] as number) >>> 8) & 0xff;
    let ports = 0;
    let flags = 0;
    let track: number = TRACK.connection;
    // More-fragments bit or an offset: all fragments but the first lack ports, so none may use them.
    if (((words[at + 1] as number) & 0xff3f0000) !== 0) track = TRACK.fragment;
    else if (proto === PROTO_TCP) {
      const l4 = at + (headerBytes >>> 2);
      const l4Bytes = totalBytes - headerBytes;
      if (l4Bytes < 20) return VERDICT.malformed;
      const control = words[l4 + 3] as number;
      const tcpHeaderBytes = (control >>> 2) & 60;
      if (tcpHeaderBytes < 20 || tcpHeaderBytes > l4Bytes) return VERDICT.malformed;
      flags = (control >>> 8) & 0xff;
      ports = words[l4] as number;
    } else if (proto === PROTO_UDP) {
      if (totalBytes - headerBytes < 8) return VERDICT.malformed;
      ports = words[at + (headerBytes >>> 2)] as number;
    } else track = TRACK.other;
    this.proto = proto;
    this.tcpFlags = flags;
    this.track = track;
    const src = words[at + 3] as number;
    const dst = words[at + 4] as number;
    const crossed = (ports << 16) | (ports >>> 16);
    // Without a branch: half of all packets come from `b`, in no order a processor could foresee.
    const order = src === dst ? +((ports & 0xffff) > ports >>> 16) : +(src > dst);
    const differ = (src ^ dst) & -order;
    this.a = src ^ differ;
    this.b = dst ^ differ;
    this.ports = ports ^ ((ports ^ crossed) & -order);
    this.swapped = order;
    return 0;
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

function refusalOfShort(words: Int32Array, at: number, lenBytes: number): number {
  const first = words[at];
  if (lenBytes < 1 || first === undefined || (first & 0xf0) === 0x40) return VERDICT.malformed;
  return refusalOfVersion(first);
}

function refusalOfVersion(first: number): number {
  return (first & 0xf0) === 0x60 ? VERDICT.unsupported_ipv6 : VERDICT.unsupported_non_ip;
}

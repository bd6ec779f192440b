/** What a packet is to the data path. Every fragment is a `fragment`, the first one too. */
export const KIND = {
  tcp: 0,
  udp: 1,
  icmp: 2,
  other: 3,
  fragment: 4,
  notIpv4: 5,
  malformed: 6,
} as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** Names of the kinds, by number: for reports. */
export const KIND_NAMES: readonly string[] = ['tcp', 'udp', 'icmp', 'other', 'fragment', 'notIpv4', 'malformed'];

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50 } as const;

/** TCP flag bits as they stand in the header (RFC 9293). */
export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;

export const IPV4_HEADER_BYTES = 20;
export const TCP_HEADER_BYTES = 20;
export const UDP_HEADER_BYTES = 8;
export const ICMP_HEADER_BYTES = 8;

/**
 * The header fields of one IPv4 packet, filled in place by `parse`: no allocation, so one object serves a whole run.
 * Addresses, sequence and acknowledgement numbers are signed 32-bit integers with the packet's bits.
 * Source: RFC 791, RFC 9293, RFC 768.
 */
export class PacketView {
  kind: Kind = KIND.malformed;
  version = 0;
  /** IPv4 header with its options. */
  headerBytes = 0;
  /** Of the whole packet. A length field of 0 (recorded before segmentation) is replaced by what is there. */
  totalLen = 0;
  protocol = 0;
  src = 0;
  dst = 0;
  /** Ports of TCP and UDP, of a first fragment too where it holds them; else 0. */
  srcPort = 0;
  dstPort = 0;
  tcpFlags = 0;
  seq = 0;
  ack = 0;
  isFragment = false;
  isFirstFragment = false;
  /** Offset of what follows the TCP or UDP header (the IPv4 header for others), and its length. */
  payloadAt = 0;
  payloadLen = 0;

  /**
   * Reads the packet at `bytes[at … at + lenBytes)`; the caller guarantees that those bytes exist. Answers its kind.
   * Of a malformed or non-IPv4 packet the other fields mean nothing. Bytes after the packet's own length are padding.
   */
  parse(bytes: Uint8Array, at: number, lenBytes: number): Kind {
    if (lenBytes < 1) return (this.kind = KIND.malformed);
    const first = bytes[at]!;
    this.version = first >>> 4;
    if (first >>> 4 !== 4) return (this.kind = KIND.notIpv4);
    const headerBytes = (first & 15) << 2;
    if (lenBytes < IPV4_HEADER_BYTES || headerBytes < IPV4_HEADER_BYTES) return (this.kind = KIND.malformed);
    const lengthField = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const totalLen = lengthField === 0 ? lenBytes : lengthField;
    if (totalLen > lenBytes || totalLen < headerBytes) return (this.kind = KIND.malformed);
    const fragment = ((bytes[at + 6]! << 8) | bytes[at + 7]!) & 0x3fff;
    const protocol = bytes[at + 9]!;
    this.headerBytes = headerBytes;
    this.totalLen = totalLen;
    this.protocol = protocol;
    this.src = (bytes[at + 12]! << 24) | (bytes[at + 13]! << 16) | (bytes[at + 14]! << 8) | bytes[at + 15]!;
    this.dst = (bytes[at + 16]! << 24) | (bytes[at + 17]! << 16) | (bytes[at + 18]! << 8) | bytes[at + 19]!;
    const transport = at + headerBytes;
    const transportLen = totalLen - headerBytes;
    if (fragment !== 0) return this.fragment(bytes, transport, transportLen, (fragment & 0x1fff) === 0);
    this.isFragment = false;
    this.isFirstFragment = false;
    if (protocol === PROTOCOL.tcp) {
      if (transportLen < TCP_HEADER_BYTES) return (this.kind = KIND.malformed);
      const tcpBytes = (bytes[transport + 12]! >>> 4) << 2;
      if (tcpBytes < TCP_HEADER_BYTES || tcpBytes > transportLen) return (this.kind = KIND.malformed);
      this.srcPort = (bytes[transport]! << 8) | bytes[transport + 1]!;
      this.dstPort = (bytes[transport + 2]! << 8) | bytes[transport + 3]!;
      this.seq =
        (bytes[transport + 4]! << 24) |
        (bytes[transport + 5]! << 16) |
        (bytes[transport + 6]! << 8) |
        bytes[transport + 7]!;
      this.ack =
        (bytes[transport + 8]! << 24) |
        (bytes[transport + 9]! << 16) |
        (bytes[transport + 10]! << 8) |
        bytes[transport + 11]!;
      this.tcpFlags = bytes[transport + 13]!;
      this.payloadAt = transport + tcpBytes;
      this.payloadLen = transportLen - tcpBytes;
      return (this.kind = KIND.tcp);
    }
    this.tcpFlags = 0;
    this.seq = 0;
    this.ack = 0;
    if (protocol === PROTOCOL.udp) {
      if (transportLen < UDP_HEADER_BYTES) return (this.kind = KIND.malformed);
      this.srcPort = (bytes[transport]! << 8) | bytes[transport + 1]!;
      this.dstPort = (bytes[transport + 2]! << 8) | bytes[transport + 3]!;
      this.payloadAt = transport + UDP_HEADER_BYTES;
      this.payloadLen = transportLen - UDP_HEADER_BYTES;
      return (this.kind = KIND.udp);
    }
    this.srcPort = 0;
    this.dstPort = 0;
    this.payloadAt = transport;
    this.payloadLen = transportLen;
    return (this.kind = protocol === PROTOCOL.icmp ? KIND.icmp : KIND.other);
  }

  private fragment(bytes: Uint8Array, transport: number, transportLen: number, isFirst: boolean): Kind {
    const hasPorts = isFirst && transportLen >= 4 && (this.protocol === PROTOCOL.tcp || this.protocol === PROTOCOL.udp);
    this.isFragment = true;
    this.isFirstFragment = isFirst;
    this.srcPort = hasPorts ? (bytes[transport]! << 8) | bytes[transport + 1]! : 0;
    this.dstPort = hasPorts ? (bytes[transport + 2]! << 8) | bytes[transport + 3]! : 0;
    this.tcpFlags = 0;
    this.seq = 0;
    this.ack = 0;
    this.payloadAt = transport;
    this.payloadLen = transportLen;
    return (this.kind = KIND.fragment);
  }
}

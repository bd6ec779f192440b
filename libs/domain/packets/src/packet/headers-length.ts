import { ICMP_HEADER_BYTES, KIND, PacketView, PROTOCOL, UDP_HEADER_BYTES } from './packet-view.js';

const IPV6_HEADER_BYTES = 40;
const SPI_AND_SEQUENCE_BYTES = 8;
/** Of a packet that cannot be told apart into headers and payload. */
const UNKNOWN_BYTES = 20;
/** Destination unreachable, source quench, redirect, time exceeded, parameter problem: they quote a packet. */
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12];
/** RFC 792: the quoted packet's header and the first bytes after it. */
const QUOTED_BYTES = 8;

/** Measures how long the headers of one packet after another are: network and transport, without any payload. */
export class HeadersLength {
  private readonly view = new PacketView();

  /** In bytes; at most the packet's own length. */
  of(packet: Uint8Array): number {
    return Math.min(packet.length, this.measure(packet));
  }

  private measure(packet: Uint8Array): number {
    const { view } = this;
    switch (view.parse(packet, 0, packet.length)) {
      case KIND.tcp:
      case KIND.udp:
        return view.payloadAt;
      case KIND.icmp:
        return view.headerBytes + icmpBytes(packet, view.headerBytes);
      case KIND.other:
        return view.headerBytes + otherBytes(packet, view.headerBytes, view.protocol);
      case KIND.fragment:
        // Only the first one has a header of its own behind that of IP.
        return view.headerBytes + (view.isFirstFragment ? firstFragmentBytes(packet, view) : 0);
      case KIND.notIpv4:
        return view.version === 6 ? IPV6_HEADER_BYTES : UNKNOWN_BYTES;
      default:
        return UNKNOWN_BYTES;
    }
  }
}

function icmpBytes(packet: Uint8Array, at: number): number {
  if (!ICMP_ERRORS.includes(packet[at] ?? 0)) return ICMP_HEADER_BYTES;
  const quotedHeader = ((packet[at + ICMP_HEADER_BYTES] ?? 0) & 15) << 2;
  return ICMP_HEADER_BYTES + quotedHeader + QUOTED_BYTES;
}

function firstFragmentBytes(packet: Uint8Array, { protocol, headerBytes }: PacketView): number {
  if (protocol === PROTOCOL.tcp) return Math.max(20, ((packet[headerBytes + 12] ?? 0) >>> 4) << 2);
  if (protocol === PROTOCOL.udp) return UDP_HEADER_BYTES;
  return protocol === PROTOCOL.icmp ? icmpBytes(packet, headerBytes) : otherBytes(packet, headerBytes, protocol);
}

function otherBytes(packet: Uint8Array, at: number, protocol: number): number {
  if (protocol === PROTOCOL.esp) return SPI_AND_SEQUENCE_BYTES;
  if (protocol !== PROTOCOL.gre) return 0;
  // RFC 2784 and RFC 2890: checksum, key and sequence number, each present where its bit is set.
  const flags = packet[at] ?? 0;
  return 4 + [0x80, 0x20, 0x10].filter((bit) => (flags & bit) !== 0).length * 4;
}

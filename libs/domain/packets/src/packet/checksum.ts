import { IPV4_HEADER_BYTES, PROTOCOL } from './packet-view.js';

/** Offsets of the checksum fields within their headers. */
export const IPV4_CHECKSUM_AT = 10;
export const TCP_CHECKSUM_AT = 16;
export const UDP_CHECKSUM_AT = 6;
export const ICMP_CHECKSUM_AT = 2;

/** Adds the 16-bit words of `bytes[at … end)` to a running one's-complement sum; an odd last byte counts as high. */
export function addWords(sum: number, bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  for (; i + 1 < end; i += 2) sum += (bytes[i]! << 8) | bytes[i + 1]!;
  if (i < end) sum += bytes[i]! << 8;
  return sum;
}

/** Folds a running sum to 16 bits and complements it: the value a checksum field holds (RFC 1071). */
export function finish(sum: number): number {
  // Sums of up to 64 KiB stay far below 2^53, but above 2^32 bit operations would cut them.
  let folded = (sum & 0xffff) + Math.floor(sum / 65536);
  while (folded > 0xffff) folded = (folded & 0xffff) + (folded >>> 16);
  return ~folded & 0xffff;
}

/** The pseudo header of TCP and UDP: both addresses as they stand in the packet, the protocol and the length. */
export function pseudoHeader(bytes: Uint8Array, ipAt: number, protocol: number, transportLen: number): number {
  return addWords(protocol + transportLen, bytes, ipAt + 12, ipAt + IPV4_HEADER_BYTES);
}

/** RFC 1624, equation 3: the new value of a checksum field when one 16-bit word it covers changes. */
export function updated(checksum: number, oldWord: number, newWord: number): number {
  let sum = (~checksum & 0xffff) + (~oldWord & 0xffff) + newWord;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/**
 * True when the IPv4 header's checksum is right, and that of TCP, UDP or ICMP where the whole of it is there.
 * A UDP checksum of 0 means none was sent; of a fragment only the IPv4 header can be checked.
 */
export function checksumOk(bytes: Uint8Array, at: number, lenBytes: number): boolean {
  if (lenBytes < IPV4_HEADER_BYTES) return false;
  const headerBytes = (bytes[at]! & 15) << 2;
  const totalLen = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  if (headerBytes < IPV4_HEADER_BYTES || totalLen < headerBytes || totalLen > lenBytes) return false;
  if (finish(addWords(0, bytes, at, at + headerBytes)) !== 0) return false;
  if ((bytes[at + 6]! & 0x3f) !== 0 || bytes[at + 7] !== 0) return true;
  const protocol = bytes[at + 9]!;
  const transport = at + headerBytes;
  const transportLen = totalLen - headerBytes;
  const end = at + totalLen;
  switch (protocol) {
    case PROTOCOL.tcp:
      if (transportLen < TCP_CHECKSUM_AT + 2) return false;
      return finish(addWords(pseudoHeader(bytes, at, protocol, transportLen), bytes, transport, end)) === 0;
    case PROTOCOL.udp:
      if (transportLen < UDP_CHECKSUM_AT + 2) return false;
      if (bytes[transport + UDP_CHECKSUM_AT] === 0 && bytes[transport + UDP_CHECKSUM_AT + 1] === 0) return true;
      return finish(addWords(pseudoHeader(bytes, at, protocol, transportLen), bytes, transport, end)) === 0;
    case PROTOCOL.icmp:
      return transportLen >= ICMP_CHECKSUM_AT + 2 && finish(addWords(0, bytes, transport, end)) === 0;
    default:
      return true;
  }
}

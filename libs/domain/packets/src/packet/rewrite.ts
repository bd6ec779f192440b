import { IPV4_CHECKSUM_AT, TCP_CHECKSUM_AT, UDP_CHECKSUM_AT, updated } from './checksum.js';
import { IPV4_HEADER_BYTES, PROTOCOL } from './packet-view.js';

const NO_CHECKSUM = -1;

/**
 * Changes both addresses of an IPv4 packet in place and brings its checksums up to date step by step (RFC 1624),
 * those of TCP and UDP with it. A checksum that was wrong stays wrong by the same amount: damage is not hidden.
 * False, with nothing changed, when the bytes are no IPv4 packet.
 */
export function rewriteAddresses(
  bytes: Uint8Array,
  at: number,
  lenBytes: number,
  newSrc: number,
  newDst: number,
): boolean {
  if (!isIpv4(bytes, at, lenBytes)) return false;
  const transportSum = transportChecksumAt(bytes, at, lenBytes);
  rewriteWord(bytes, at, transportSum, at + 12, newSrc >>> 16);
  rewriteWord(bytes, at, transportSum, at + 14, newSrc & 0xffff);
  rewriteWord(bytes, at, transportSum, at + 16, newDst >>> 16);
  rewriteWord(bytes, at, transportSum, at + 18, newDst & 0xffff);
  return true;
}

function isIpv4(bytes: Uint8Array, at: number, lenBytes: number): boolean {
  if (lenBytes < IPV4_HEADER_BYTES || bytes[at]! >>> 4 !== 4) return false;
  const headerBytes = headerLen(bytes, at);
  return headerBytes >= IPV4_HEADER_BYTES && headerBytes <= lenBytes;
}

function headerLen(bytes: Uint8Array, at: number): number {
  return (bytes[at]! & 15) << 2;
}

function hasPorts(bytes: Uint8Array, at: number, lenBytes: number): boolean {
  const protocol = bytes[at + 9]!;
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return false;
  const isLaterFragment = (bytes[at + 6]! & 0x1f) !== 0 || bytes[at + 7] !== 0;
  return !isLaterFragment && lenBytes >= headerLen(bytes, at) + 4;
}

/** Where the TCP or UDP checksum stands, or NO_CHECKSUM. A first fragment's covers the whole datagram and counts too. */
function transportChecksumAt(bytes: Uint8Array, at: number, lenBytes: number): number {
  if (!hasPorts(bytes, at, lenBytes)) return NO_CHECKSUM;
  const isTcp = bytes[at + 9] === PROTOCOL.tcp;
  const sumAt = at + headerLen(bytes, at) + (isTcp ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT);
  if (sumAt + 2 > at + lenBytes) return NO_CHECKSUM;
  return !isTcp && bytes[sumAt] === 0 && bytes[sumAt + 1] === 0 ? NO_CHECKSUM : sumAt;
}

function rewriteWord(bytes: Uint8Array, at: number, transportSum: number, wordAt: number, word: number): void {
  const old = (bytes[wordAt]! << 8) | bytes[wordAt + 1]!;
  if (old === word) return;
  updateAt(bytes, at + IPV4_CHECKSUM_AT, old, word);
  bytes[wordAt] = word >>> 8;
  bytes[wordAt + 1] = word;
  if (transportSum === NO_CHECKSUM) return;
  updateAt(bytes, transportSum, old, word);
  // A UDP checksum of 0 would read as none; in one's complement 0xffff is the same number.
  const isUdp = bytes[at + 9] === PROTOCOL.udp;
  if (isUdp && bytes[transportSum] === 0 && bytes[transportSum + 1] === 0)
    bytes[transportSum] = bytes[transportSum + 1] = 0xff;
}

function updateAt(bytes: Uint8Array, sumAt: number, old: number, word: number): void {
  const sum = updated((bytes[sumAt]! << 8) | bytes[sumAt + 1]!, old, word);
  bytes[sumAt] = sum >>> 8;
  bytes[sumAt + 1] = sum;
}

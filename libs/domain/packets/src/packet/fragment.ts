import { addWords, finish, IPV4_CHECKSUM_AT } from './checksum.js';
import { IPV4_HEADER_BYTES } from './packet-view.js';
import { write16 } from './write-header.js';

/** Fragments begin at multiples of this in their packet's payload (RFC 791). */
const UNIT_BYTES = 8;
const MORE_FRAGMENTS = 0x2000;

/** Into how many fragments a packet of `lenBytes` without options can be cut. */
export function maxFragments(lenBytes: number): number {
  return Math.ceil((lenBytes - IPV4_HEADER_BYTES) / UNIT_BYTES);
}

/**
 * Writes fragment `index` of `pieces` of the packet of `lenBytes` at `packet[packetAt …)` to `target[at …)`, all about
 * equally long, and answers its length in bytes. The packet has no options and is no fragment itself; its
 * don't-fragment bit is not kept. Throws RangeError where it cannot be cut so.
 */
export function writeFragment(
  target: Uint8Array,
  at: number,
  packet: Uint8Array,
  packetAt: number,
  lenBytes: number,
  index: number,
  pieces: number,
): number {
  const units = maxFragments(lenBytes);
  if (packet[packetAt] !== 0x45 || pieces > units || index < 0 || index >= pieces) {
    throw new RangeError(
      `expected an IPv4 packet without options, at most ${units} pieces of its ${lenBytes} bytes and one of them, saw piece ${index} of ${pieces}`,
    );
  }
  const fromUnit = Math.floor((units * index) / pieces);
  const from = IPV4_HEADER_BYTES + fromUnit * UNIT_BYTES;
  const isLast = index === pieces - 1;
  const to = isLast ? lenBytes : IPV4_HEADER_BYTES + Math.floor((units * (index + 1)) / pieces) * UNIT_BYTES;
  const totalLen = IPV4_HEADER_BYTES + to - from;
  if (at + totalLen > target.length) {
    throw new RangeError(`a fragment of ${totalLen} bytes at ${at} does not fit: the target has ${target.length}`);
  }
  for (let i = 0; i < IPV4_HEADER_BYTES; i++) target[at + i] = packet[packetAt + i]!;
  for (let i = from; i < to; i++) target[at + IPV4_HEADER_BYTES + i - from] = packet[packetAt + i]!;
  write16(target, at + 2, totalLen);
  write16(target, at + 6, fromUnit | (isLast ? 0 : MORE_FRAGMENTS));
  write16(target, at + IPV4_CHECKSUM_AT, 0);
  write16(target, at + IPV4_CHECKSUM_AT, finish(addWords(0, target, at, at + IPV4_HEADER_BYTES)));
  return totalLen;
}

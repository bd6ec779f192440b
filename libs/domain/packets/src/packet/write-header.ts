import { finish, IPV4_CHECKSUM_AT } from './checksum.js';
import { IPV4_HEADER_BYTES } from './packet-view.js';

/** Addresses of a packet to build. Keep one and change its fields: building allocates nothing. */
export interface IpFields {
  /** 32 bits, signed or unsigned. */
  src: number;
  dst: number;
  /** 16 bits: the datagram's identification. */
  ipId: number;
  ttl: number;
}

/**
 * Writes an IPv4 header without options at `target[at …)`, before `payloadLen` bytes of `protocol` that already stand
 * behind it. Answers the packet's length in bytes; throws RangeError where it does not fit. Don't-fragment is set.
 */
export function writeIpv4(
  target: Uint8Array,
  at: number,
  fields: Readonly<IpFields>,
  protocol: number,
  payloadLen: number,
) {
  const totalLen = IPV4_HEADER_BYTES + payloadLen;
  if (totalLen > 0xffff || at + totalLen > target.length) {
    throw new RangeError(
      `a packet of ${totalLen} bytes at ${at} does not fit: a packet has at most 65535 bytes, the target ${target.length}`,
    );
  }
  target[at] = 0x45;
  target[at + 1] = 0;
  write16(target, at + 2, totalLen);
  write16(target, at + 4, fields.ipId);
  write16(target, at + 6, 0x4000);
  target[at + 8] = fields.ttl;
  target[at + 9] = protocol;
  const fixed = 0x4500 + 0x4000 + totalLen + (fields.ipId & 0xffff) + ((fields.ttl & 0xff) << 8) + (protocol & 0xff);
  write16(target, at + IPV4_CHECKSUM_AT, finish(fixed + addressWords(fields)));
  write32(target, at + 12, fields.src);
  write32(target, at + 16, fields.dst);
  return totalLen;
}

/** Sum of the 16-bit words of both addresses. */
export function addressWords({ src, dst }: Readonly<IpFields>): number {
  return (src >>> 16) + (src & 0xffff) + (dst >>> 16) + (dst & 0xffff);
}

export function write16(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 8;
  target[at + 1] = value;
}

export function write32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

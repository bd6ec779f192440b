import { addWords, finish, ICMP_CHECKSUM_AT, TCP_CHECKSUM_AT, UDP_CHECKSUM_AT } from './checksum.js';
import { ICMP_HEADER_BYTES, IPV4_HEADER_BYTES, PROTOCOL, TCP_HEADER_BYTES, UDP_HEADER_BYTES } from './packet-view.js';
import { addressWords, write16, write32, writeIpv4, type IpFields } from './write-header.js';

/** Where a built packet's payload begins, counted from the packet: there is never an option in between. */
export const TCP_PAYLOAD_AT = IPV4_HEADER_BYTES + TCP_HEADER_BYTES;
export const UDP_PAYLOAD_AT = IPV4_HEADER_BYTES + UDP_HEADER_BYTES;
export const ICMP_PAYLOAD_AT = IPV4_HEADER_BYTES + ICMP_HEADER_BYTES;

export interface UdpFields extends IpFields {
  srcPort: number;
  dstPort: number;
}

export interface TcpFields extends UdpFields {
  seq: number;
  ack: number;
  /** Bits of TCP_FLAG. */
  flags: number;
  window: number;
}

export interface IcmpFields extends IpFields {
  type: number;
  code: number;
  /** The 32 bits after the checksum: what they mean depends on the type; 0 in most errors. */
  rest: number;
}

export interface EchoFields extends IpFields {
  isReply: boolean;
  echoId: number;
  echoSeq: number;
}

/**
 * Writes a TCP packet without options at `target[at …)` around a payload that already stands at `at + TCP_PAYLOAD_AT`.
 * Answers the packet's length in bytes. Checksums are right; the don't-fragment bit is set. `payloadSum`: the
 * one's-complement sum of the payload's 16-bit words, for a caller that knows it.
 */
export function writeTcp(
  target: Uint8Array,
  at: number,
  fields: Readonly<TcpFields>,
  payloadLen: number,
  payloadSum: number = addWords(0, target, at + TCP_PAYLOAD_AT, at + TCP_PAYLOAD_AT + payloadLen),
): number {
  const transportLen = TCP_HEADER_BYTES + payloadLen;
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.tcp, transportLen);
  const tcp = at + IPV4_HEADER_BYTES;
  writePorts(target, tcp, fields);
  write32(target, tcp + 4, fields.seq);
  write32(target, tcp + 8, fields.ack);
  target[tcp + 12] = (TCP_HEADER_BYTES >>> 2) << 4;
  target[tcp + 13] = fields.flags;
  write16(target, tcp + 14, fields.window);
  write32(target, tcp + TCP_CHECKSUM_AT, 0);
  const { seq, ack, flags, window } = fields;
  const numbers = (seq >>> 16) + (seq & 0xffff) + (ack >>> 16) + (ack & 0xffff);
  const rest = (TCP_HEADER_BYTES << 10) + (flags & 0xff) + (window & 0xffff);
  const pseudo = PROTOCOL.tcp + transportLen + addressWords(fields);
  write16(target, tcp + TCP_CHECKSUM_AT, finish(pseudo + portWords(fields) + numbers + rest + payloadSum));
  return totalLen;
}

/**
 * As writeTcp for UDP, whose payload stands at `at + UDP_PAYLOAD_AT`. `payloadSum`: the one's-complement sum of its 16-bit
 * words, for a caller that knows it.
 */
export function writeUdp(
  target: Uint8Array,
  at: number,
  fields: Readonly<UdpFields>,
  payloadLen: number,
  payloadSum: number = addWords(0, target, at + UDP_PAYLOAD_AT, at + UDP_PAYLOAD_AT + payloadLen),
): number {
  const transportLen = UDP_HEADER_BYTES + payloadLen;
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.udp, transportLen);
  const udp = at + IPV4_HEADER_BYTES;
  writePorts(target, udp, fields);
  write16(target, udp + 4, transportLen);
  // The length stands in the header and in the pseudo header.
  const sum = finish(PROTOCOL.udp + 2 * transportLen + addressWords(fields) + portWords(fields) + payloadSum);
  // RFC 768: 0 would say that there is no checksum.
  write16(target, udp + UDP_CHECKSUM_AT, sum === 0 ? 0xffff : sum);
  return totalLen;
}

/**
 * An ICMP message of any type, whose payload stands at `at + ICMP_PAYLOAD_AT`: of an error, the beginning of the packet
 * it is about.
 */
export function writeIcmp(target: Uint8Array, at: number, fields: Readonly<IcmpFields>, payloadLen: number): number {
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.icmp, ICMP_HEADER_BYTES + payloadLen);
  const icmp = at + IPV4_HEADER_BYTES;
  target[icmp] = fields.type;
  target[icmp + 1] = fields.code;
  write32(target, icmp + 4, fields.rest);
  return finishIcmp(target, at, totalLen);
}

/** An ICMP echo request or reply, whose payload stands at `at + ICMP_PAYLOAD_AT`. */
export function writeEcho(target: Uint8Array, at: number, fields: Readonly<EchoFields>, payloadLen: number): number {
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.icmp, ICMP_HEADER_BYTES + payloadLen);
  const icmp = at + IPV4_HEADER_BYTES;
  target[icmp] = fields.isReply ? 0 : 8;
  target[icmp + 1] = 0;
  write16(target, icmp + 4, fields.echoId);
  write16(target, icmp + 6, fields.echoSeq);
  return finishIcmp(target, at, totalLen);
}

/** What an error message repeats of the packet it is about at most: it is then 576 bytes long (RFC 1812, 4.3.2.3). */
const MAX_QUOTED_BYTES = 576 - ICMP_PAYLOAD_AT;

/** An ICMP error about the packet of `lenBytes` at `packet[packetAt …)`, to whoever `fields` say. */
export function writeIcmpError(
  target: Uint8Array,
  at: number,
  fields: Readonly<IcmpFields>,
  packet: Uint8Array,
  packetAt: number,
  lenBytes: number,
): number {
  const quotedLen = Math.min(lenBytes, MAX_QUOTED_BYTES);
  for (let i = 0; i < quotedLen; i++) target[at + ICMP_PAYLOAD_AT + i] = packet[packetAt + i]!;
  return writeIcmp(target, at, fields, quotedLen);
}

function finishIcmp(target: Uint8Array, at: number, totalLen: number): number {
  const icmp = at + IPV4_HEADER_BYTES;
  write16(target, icmp + ICMP_CHECKSUM_AT, 0);
  write16(target, icmp + ICMP_CHECKSUM_AT, finish(addWords(0, target, icmp, at + totalLen)));
  return totalLen;
}

function portWords({ srcPort, dstPort }: Readonly<UdpFields>): number {
  return (srcPort & 0xffff) + (dstPort & 0xffff);
}

function writePorts(target: Uint8Array, at: number, fields: Readonly<UdpFields>): void {
  write16(target, at, fields.srcPort);
  write16(target, at + 2, fields.dstPort);
}

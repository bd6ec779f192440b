import { UDP_PAYLOAD_AT, writeUdp, type UdpFields } from './build.js';
import { UDP_CHECKSUM_AT } from './checksum.js';
import { IPV4_HEADER_BYTES, PROTOCOL } from './packet-view.js';
import { write16, write32, writeIpv4, type IpFields } from './write-header.js';

/** Where the payload of each begins, counted from the packet. Of GRE and GTP-U it is a packet of its own. */
export const ESP_PAYLOAD_AT = IPV4_HEADER_BYTES + 8;
export const GRE_PAYLOAD_AT = IPV4_HEADER_BYTES + 4;
export const NAT_T_PAYLOAD_AT = UDP_PAYLOAD_AT + 8;
export const GTP_U_PAYLOAD_AT = UDP_PAYLOAD_AT + 8;

export const PORT = { ike: 500, natT: 4500, gtpU: 2152, ftp: 21, sip: 5060 } as const;

export interface EspFields extends IpFields {
  /** 32 bits: names the security association; 0 to 255 are reserved. */
  spi: number;
  /** 32 bits. */
  sequence: number;
}

export interface GreFields extends IpFields {
  /** EtherType of the payload; 0x0800 for IPv4. */
  etherType: number;
}

export interface NatTFields extends UdpFields {
  spi: number;
  sequence: number;
}

export interface GtpUFields extends UdpFields {
  /** 32 bits: the tunnel as the receiver numbers it. */
  tunnelId: number;
}

/** An ESP packet (RFC 4303) around encrypted bytes that stand at `at + ESP_PAYLOAD_AT`. Answers its length in bytes. */
export function writeEsp(target: Uint8Array, at: number, fields: Readonly<EspFields>, payloadLen: number): number {
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.esp, 8 + payloadLen);
  write32(target, at + IPV4_HEADER_BYTES, fields.spi);
  write32(target, at + IPV4_HEADER_BYTES + 4, fields.sequence);
  return totalLen;
}

/** A GRE packet (RFC 2784, no optional fields) around the packet that stands at `at + GRE_PAYLOAD_AT`. */
export function writeGre(target: Uint8Array, at: number, fields: Readonly<GreFields>, payloadLen: number): number {
  const totalLen = writeIpv4(target, at, fields, PROTOCOL.gre, 4 + payloadLen);
  write16(target, at + IPV4_HEADER_BYTES, 0);
  write16(target, at + IPV4_HEADER_BYTES + 2, fields.etherType);
  return totalLen;
}

/** ESP in UDP (RFC 3948) around encrypted bytes at `at + NAT_T_PAYLOAD_AT`; without a checksum, as senders should. */
export function writeNatT(target: Uint8Array, at: number, fields: Readonly<NatTFields>, payloadLen: number): number {
  const esp = at + UDP_PAYLOAD_AT;
  const totalLen = writeUdp(target, at, fields, 8 + payloadLen);
  write32(target, esp, fields.spi);
  write32(target, esp + 4, fields.sequence);
  write16(target, at + IPV4_HEADER_BYTES + UDP_CHECKSUM_AT, 0);
  return totalLen;
}

/** A user's packet in a GTP-U tunnel (3GPP TS 29.281, no optional fields); it stands at `at + GTP_U_PAYLOAD_AT`. */
export function writeGtpU(target: Uint8Array, at: number, fields: Readonly<GtpUFields>, payloadLen: number): number {
  const gtp = at + UDP_PAYLOAD_AT;
  if (gtp + 8 <= target.length) {
    target[gtp] = 0x30;
    target[gtp + 1] = 0xff;
    write16(target, gtp + 2, payloadLen);
    write32(target, gtp + 4, fields.tunnelId);
  }
  return writeUdp(target, at, fields, 8 + payloadLen);
}

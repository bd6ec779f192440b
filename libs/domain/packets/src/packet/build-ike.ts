import { UDP_PAYLOAD_AT, writeUdp, type UdpFields } from './build.js';
import { PORT } from './build-tunnels.js';
import { write32 } from './write-header.js';

const IKE_HEADER_BYTES = 28;
const PAYLOAD_HEADER_BYTES = 4;
const NON_ESP_MARKER_BYTES = 4;

/** Exchange types of IKEv2 (RFC 7296, section 3.1). */
export const IKE_EXCHANGE = { init: 34, auth: 35, createChild: 36, informational: 37 } as const;
export type IkeExchange = (typeof IKE_EXCHANGE)[keyof typeof IKE_EXCHANGE];

export interface IkeFields extends UdpFields {
  /** 32 bits each, repeated to fill 64. The responder's is 0 in the very first message. */
  initiatorSpi: number;
  responderSpi: number;
  exchange: IkeExchange;
  isFromInitiator: boolean;
  isResponse: boolean;
  messageId: number;
}

/**
 * Where the data of an IKE message begins. On port 4500 four zero bytes come first: they tell it from ESP (RFC 3948).
 */
export function ikePayloadAt(fields: Readonly<UdpFields>): number {
  return UDP_PAYLOAD_AT + markerBytes(fields) + IKE_HEADER_BYTES + PAYLOAD_HEADER_BYTES;
}

/**
 * An IKEv2 message with one payload, whose data stands at `at + ikePayloadAt(fields)`: a nonce in the first exchange,
 * an encrypted one later. Answers the packet's length in bytes.
 */
export function writeIke(target: Uint8Array, at: number, fields: Readonly<IkeFields>, payloadLen: number): number {
  const marker = markerBytes(fields);
  const ikeLen = IKE_HEADER_BYTES + PAYLOAD_HEADER_BYTES + payloadLen;
  const ike = at + UDP_PAYLOAD_AT + marker;
  const NONCE = 40;
  const ENCRYPTED = 46;
  const VERSION_2 = 0x20;
  const INITIATOR = 0x08;
  const RESPONSE = 0x20;
  // The checksum covers all of it, so that the header is written last; where it does not fit nothing is written.
  if (ike + ikeLen <= target.length) {
    if (marker !== 0) write32(target, ike - marker, 0);
    write32(target, ike, fields.initiatorSpi);
    write32(target, ike + 4, fields.initiatorSpi);
    write32(target, ike + 8, fields.responderSpi);
    write32(target, ike + 12, fields.responderSpi);
    target[ike + 16] = fields.exchange === IKE_EXCHANGE.init ? NONCE : ENCRYPTED;
    target[ike + 17] = VERSION_2;
    target[ike + 18] = fields.exchange;
    target[ike + 19] = (fields.isFromInitiator ? INITIATOR : 0) | (fields.isResponse ? RESPONSE : 0);
    write32(target, ike + 20, fields.messageId);
    write32(target, ike + 24, ikeLen);
    write32(target, ike + IKE_HEADER_BYTES, PAYLOAD_HEADER_BYTES + payloadLen);
  }
  return writeUdp(target, at, fields, marker + ikeLen);
}

function markerBytes({ srcPort, dstPort }: Readonly<UdpFields>): number {
  return srcPort === PORT.natT || dstPort === PORT.natT ? NON_ESP_MARKER_BYTES : 0;
}

import { TCP_PAYLOAD_AT, UDP_PAYLOAD_AT, writeTcp, writeUdp } from '../packet/build.js';

export interface PacketWords {
  readonly words: Int32Array;
  readonly at: number;
  readonly lenBytes: number;
}

/** The server's address of every packet here. */
export const SERVER = 0xc6336401 | 0;

const fields = {
  src: SERVER,
  dst: 0x0a000001,
  ipId: 1,
  ttl: 64,
  srcPort: 21,
  dstPort: 5060,
  seq: 1,
  ack: 1,
  flags: 24,
};

/** A packet with `text` in it, at word 2 of an array whose bytes around it would be read as digits. */
export function textPacket(protocol: 'tcp' | 'udp', text: string): PacketWords {
  const data = new TextEncoder().encode(text);
  const words = new Int32Array(16 + ((data.length + 3) >> 2)).fill(0x39393939);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(data, 8 + (protocol === 'tcp' ? TCP_PAYLOAD_AT : UDP_PAYLOAD_AT));
  const write = protocol === 'tcp' ? writeTcp : writeUdp;
  return { words, at: 2, lenBytes: write(bytes, 8, { ...fields, window: 1 }, data.length) };
}

/** Any bytes as a packet, with the first ones turned into a plausible header so that reading goes on. */
export function packetOfBytes(bytes: Uint8Array, protocol: number): PacketWords {
  const words = new Int32Array(2 + ((bytes.length + 3) >> 2));
  const into = new Uint8Array(words.buffer);
  into.set(bytes, 8);
  if (bytes.length >= 33) {
    into[8] = 0x45;
    into[10] = bytes.length >>> 8;
    into[11] = bytes.length;
    into[14] = into[15] = 0;
    into[17] = protocol;
    into[40] = 0x50 | (into[40]! & 15);
  }
  return { words, at: 2, lenBytes: bytes.length };
}

import { writeEcho, writeTcp, writeUdp } from '@rehearsal/packets';

/** One end of a connection: 32-bit address, port. */
export interface End {
  readonly address: number;
  readonly port: number;
}

/** A packet as the frames hold it, and its length. */
export interface Packet {
  readonly words: Int32Array;
  readonly lenBytes: number;
}

const ROOM_BYTES = 128;

function built(write: (bytes: Uint8Array) => number): Packet {
  const words = new Int32Array(ROOM_BYTES / 4);
  return { words, lenBytes: write(new Uint8Array(words.buffer)) };
}

const ip = (from: End, to: End) => ({ src: from.address, dst: to.address, ipId: 1, ttl: 64 });

export function tcp(from: End, to: End, flags: number, payloadBytes = 0): Packet {
  const fields = { ...ip(from, to), srcPort: from.port, dstPort: to.port, seq: 1, ack: 1, flags, window: 1000 };
  return built((bytes) => writeTcp(bytes, 0, fields, payloadBytes));
}

export function udp(from: End, to: End, payloadBytes = 4): Packet {
  return built((bytes) => writeUdp(bytes, 0, { ...ip(from, to), srcPort: from.port, dstPort: to.port }, payloadBytes));
}

export function echo(from: End, to: End): Packet {
  return built((bytes) => writeEcho(bytes, 0, { ...ip(from, to), isReply: false, echoId: 1, echoSeq: 1 }, 8));
}

/** The same packet with the fragment field set: bit 13 says that more follow, the low 13 bits the offset. */
export function fragment(of: Packet, field: number): Packet {
  const words = of.words.slice();
  const bytes = new Uint8Array(words.buffer);
  bytes[6] = field >>> 8;
  bytes[7] = field;
  return { words, lenBytes: of.lenBytes };
}

/** Raw bytes as a packet. */
export function raw(bytes: readonly number[]): Packet {
  const words = new Int32Array(ROOM_BYTES / 4);
  new Uint8Array(words.buffer).set(bytes);
  return { words, lenBytes: bytes.length };
}

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

/** An IPv4 packet of any protocol around `payload`, whose length is a multiple of 4. */
export function ipv4(from: End, to: End, proto: number, payload: readonly number[]): Packet {
  const lenBytes = 20 + payload.length;
  const words = new Int32Array((lenBytes + 3) >> 2);
  const bytes = new Uint8Array(words.buffer);
  const view = new DataView(words.buffer);
  bytes.set([0x45, 0, lenBytes >>> 8, lenBytes, 0, 1, 0, 0, 64, proto]);
  view.setInt32(12, from.address);
  view.setInt32(16, to.address);
  bytes.set(payload, 20);
  return { words, lenBytes };
}

/** An echo request (type 8), timestamp (13) or another ICMP message with an identifier. */
export function icmp(from: End, to: End, type: number, identifier: number): Packet {
  return ipv4(from, to, 1, [type, 0, 0, 0, identifier >>> 8, identifier & 255, 0, 1]);
}

/** An ICMP error a router sends back to where `about` came from; it quotes `quotedBytes` of it. */
export function icmpError(router: End, about: Packet, type = 3, quotedBytes = 28): Packet {
  const bytes = [...new Uint8Array(about.words.buffer, 0, Math.min(quotedBytes, about.lenBytes))];
  const back = { address: new DataView(about.words.buffer).getInt32(12), port: 0 };
  return ipv4(router, back, 1, [type, 1, 0, 0, 0, 0, 0, 0, ...bytes]);
}

/** A packet in a GTP-U tunnel; `extended`: with a sequence number and an extension header. */
export function gtp(from: End, to: End, inner: Packet, extended = false): Packet {
  const bytes = [...new Uint8Array(inner.words.buffer, 0, inner.lenBytes)];
  const head = extended ? [0x36, 0xff, 0, 0, 0, 0, 0, 1, 0, 7, 0, 0x85, 1, 0, 0, 0] : [0x30, 0xff, 0, 0, 0, 0, 0, 1];
  const lenBytes = 8 + head.length + bytes.length;
  const port = [from.port >>> 8, from.port & 255, 0x08, 0x68];
  return ipv4(from, to, 17, [...port, lenBytes >>> 8, lenBytes & 255, 0, 0, ...head, ...bytes]);
}

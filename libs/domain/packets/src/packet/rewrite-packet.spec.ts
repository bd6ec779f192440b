import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ICMP_PAYLOAD_AT, TCP_PAYLOAD_AT, UDP_PAYLOAD_AT, writeEcho, writeIcmp, writeTcp, writeUdp } from './build.js';
import { addWords, checksumOk, finish } from './checksum.js';
import { REWRITE, rewritePacket, type Rewrite } from './rewrite-packet.js';
import { writeIpv4 } from './write-header.js';

interface Ends {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
}

const SHAPES = ['tcp', 'udp', 'udpWithoutChecksum', 'echo', 'echoReply', 'esp', 'routerAdvertisement'] as const;
type Shape = (typeof SHAPES)[number];

const u16 = fc.integer({ min: 0, max: 0xffff });
const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
// Few different values, so that halves of words are often equal, all ones or all zeros: where carries are decided.
const address = fc.oneof(i32, fc.constantFrom(0, -1, 0xffff, -0x10000, 0x0a000001));
const port = fc.oneof(u16, fc.constantFrom(0, 0xffff));
const ends: fc.Arbitrary<Ends> = fc.record({ src: address, dst: address, srcPort: port, dstPort: port });
const payload = fc.uint8Array({ maxLength: 40 });
const optionWords = fc.nat(10);

/** A packet of a shape between two ends, with `options` words of options, whole and with right checksums. */
function packetOf(shape: Shape, { src, dst, srcPort, dstPort }: Ends, data: Uint8Array, options = 0): Uint8Array {
  const target = new Uint8Array(200);
  const ip = { src, dst, ipId: 4711, ttl: 64 };
  const put = (at: number) => target.set(data, at);
  let lenBytes = 0;
  switch (shape) {
    case 'tcp':
      put(TCP_PAYLOAD_AT);
      lenBytes = writeTcp(target, 0, { ...ip, srcPort, dstPort, seq: 1, ack: 2, flags: 16, window: 3 }, data.length);
      break;
    case 'udp':
    case 'udpWithoutChecksum':
      put(UDP_PAYLOAD_AT);
      lenBytes = writeUdp(target, 0, { ...ip, srcPort, dstPort }, data.length);
      if (shape === 'udpWithoutChecksum') target[26] = target[27] = 0;
      break;
    case 'echo':
    case 'echoReply': {
      put(ICMP_PAYLOAD_AT);
      const isReply = shape === 'echoReply';
      const echoId = isReply ? dstPort : srcPort;
      lenBytes = writeEcho(target, 0, { ...ip, isReply, echoId, echoSeq: 9 }, data.length);
      break;
    }
    case 'esp':
      put(20);
      lenBytes = writeIpv4(target, 0, ip, 50, data.length);
      break;
    case 'routerAdvertisement':
      put(ICMP_PAYLOAD_AT);
      lenBytes = writeIcmp(target, 0, { ...ip, type: 9, code: 0, rest: 0x01020304 }, data.length);
  }
  return withOptions(target.slice(0, lenBytes), options);
}

function withOptions(packet: Uint8Array, words: number): Uint8Array {
  const NO_OPERATION = 1;
  const longer = new Uint8Array(packet.length + words * 4).fill(NO_OPERATION);
  longer.set(packet.subarray(0, 20));
  longer.set(packet.subarray(20), 20 + words * 4);
  longer[0] = 0x45 + words;
  longer[2] = longer.length >>> 8;
  longer[3] = longer.length;
  return withHeaderChecksum(longer);
}

function withHeaderChecksum(packet: Uint8Array): Uint8Array {
  packet[10] = packet[11] = 0;
  const sum = finish(addWords(0, packet, 0, (packet[0]! & 15) * 4));
  packet[10] = sum >>> 8;
  packet[11] = sum;
  return packet;
}

/** An error that `from` sends to the source of `quoted`, of which it repeats `quotedLen` bytes. */
function errorAbout(quoted: Uint8Array, quotedLen: number, from: number, to: number): Uint8Array {
  const target = new Uint8Array(ICMP_PAYLOAD_AT + quotedLen);
  target.set(quoted.subarray(0, quotedLen), ICMP_PAYLOAD_AT);
  writeIcmp(target, 0, { src: from, dst: to, ipId: 1, ttl: 9, type: 3, code: 1, rest: 0 }, quotedLen);
  return target;
}

/** The packet after rewriting, in a place of its own, with what stands around it checked. */
function rewritten(packet: Uint8Array, to: Ends, kind: Rewrite): Uint8Array {
  const words = new Int32Array(4 + Math.ceil(packet.length / 4)).fill(0x5a5a5a5a);
  const bytes = new Uint8Array(words.buffer);
  bytes.set(packet, 8);
  rewritePacket(words, 2, packet.length, to.src, to.dst, to.srcPort, to.dstPort, kind);
  expect(hex(bytes.subarray(0, 8)) + hex(bytes.subarray(8 + packet.length))).toMatch(/^(5a)*$/);
  return bytes.slice(8, 8 + packet.length);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const crossed = ({ src, dst, srcPort, dstPort }: Ends): Ends => ({
  src: dst,
  dst: src,
  srcPort: dstPort,
  dstPort: srcPort,
});

describe('rewriting a packet', () => {
  it.each(SHAPES)('%s: gives the very packet that building it with the new ends gives, and back again', (shape) => {
    fc.assert(
      fc.property(ends, ends, payload, optionWords, (from, to, data, options) => {
        const before = packetOf(shape, from, data, options);
        const after = rewritten(before, to, REWRITE.plain);
        expect(checksumOk(after, 0, after.length)).toBe(true);
        expect(hex(after)).toBe(hex(packetOf(shape, to, data, options)));
        expect(hex(rewritten(after, from, REWRITE.plain))).toBe(hex(before));
      }),
      { numRuns: 500 },
    );
  });

  it.each(SHAPES)('%s: an error about it is rewritten inside and out, and back again', (shape) => {
    fc.assert(
      fc.property(
        ends,
        ends,
        payload,
        optionWords,
        fc.nat(40),
        fc.boolean(),
        i32,
        (from, to, data, options, cut, end, router) => {
          fc.pre(router !== from.src && router !== to.src);
          // `from` and `to` are the connection as it travels with the error; the quoted packet goes the other way.
          const about = (at: Ends) => packetOf(shape, crossed(at), data, options);
          const before = about(from);
          const quotedLen = Math.min(before.length, 20 + options * 4 + 8 + 2 * cut);
          const error = errorAbout(before, quotedLen, end ? from.src : router, from.dst);
          const after = rewritten(error, to, REWRITE.icmpError);
          expect(checksumOk(after, 0, after.length)).toBe(true);
          expect(hex(after)).toBe(hex(errorAbout(about(to), quotedLen, end ? to.src : router, to.dst)));
          expect(hex(rewritten(after, from, REWRITE.icmpError))).toBe(hex(error));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([REWRITE.plain, REWRITE.laterFragment])('changes no data of a later fragment (%i)', (kind) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SHAPES),
        ends,
        ends,
        payload,
        fc.integer({ min: 1, max: 0x1fff }),
        (shape, from, to, data, offset) => {
          const fragment = packetOf(shape, from, data);
          fragment[6] = 0x20 | (offset >>> 8);
          fragment[7] = offset;
          const before = withHeaderChecksum(fragment);
          const after = rewritten(before, to, kind);
          expect(checksumOk(after, 0, after.length)).toBe(true);
          expect(after.slice(20)).toEqual(before.slice(20));
          expect(new DataView(after.buffer).getInt32(12)).toBe(to.src);
          expect(new DataView(after.buffer).getInt32(16)).toBe(to.dst);
        },
      ),
    );
  });

  it('brings the checksum of a whole datagram up to date in its first fragment', () => {
    fc.assert(
      fc.property(ends, ends, payload, (from, to, data) => {
        const first = (at: Ends) => {
          const packet = packetOf('udp', at, data);
          packet[6] = 0x20;
          return withHeaderChecksum(packet);
        };
        expect(hex(rewritten(first(from), to, REWRITE.plain))).toBe(hex(first(to)));
      }),
    );
  });

  it('changes not a byte when nothing changes, whatever the checksums', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHAPES), ends, payload, u16, u16, (shape, from, data, headerSum, sum) => {
        const packet = packetOf(shape, from, data);
        new DataView(packet.buffer).setUint16(10, headerSum);
        if (packet.length >= 28) new DataView(packet.buffer).setUint16(26, sum);
        expect(hex(rewritten(packet, from, REWRITE.plain))).toBe(hex(packet));
      }),
    );
  });

  it('does not hide damage: a wrong checksum stays wrong', () => {
    const packet = packetOf('tcp', { src: 1, dst: 2, srcPort: 3, dstPort: 4 }, Uint8Array.of(1, 2, 3));
    packet[packet.length - 1] = 99;
    const after = rewritten(packet, { src: 5, dst: 6, srcPort: 7, dstPort: 8 }, REWRITE.plain);
    expect(checksumOk(after, 0, after.length)).toBe(false);
  });

  it('writes nothing past the packet, however short it is and whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), ends, fc.constantFrom(0, 1, 2), (bytes, to, kind) => {
        if (bytes.length > 0) bytes[0] = 0x40 | (bytes[0]! & 15);
        rewritten(bytes, to, kind as Rewrite);
      }),
      { numRuns: 2000 },
    );
  });
});

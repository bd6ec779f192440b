import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addressText, parseAddress } from './address.js';
import { TCP_PAYLOAD_AT, UDP_PAYLOAD_AT, writeEcho, writeTcp, writeUdp, type TcpFields } from './build.js';
import { addWords, checksumOk, finish } from './checksum.js';
import { KIND, PacketView } from './packet-view.js';
import { rewriteAddresses } from './rewrite.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const i32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const tcpFields: fc.Arbitrary<TcpFields> = fc.record({
  src: i32,
  dst: i32,
  ipId: u16,
  ttl: u8,
  srcPort: u16,
  dstPort: u16,
  seq: i32,
  ack: i32,
  flags: u8,
  window: u16,
});
const payload = fc.uint8Array({ maxLength: 60 });

const view = new PacketView();

function build(protocol: 'tcp' | 'udp', fields: TcpFields, data: Uint8Array): Uint8Array {
  const target = new Uint8Array(200);
  const payloadAt = protocol === 'tcp' ? TCP_PAYLOAD_AT : UDP_PAYLOAD_AT;
  target.set(data, 4 + payloadAt);
  const lenBytes = (protocol === 'tcp' ? writeTcp : writeUdp)(target, 4, fields, data.length);
  return target.slice(4, 4 + lenBytes);
}

describe('a built packet', () => {
  it('is read back field by field, and its checksums are right', () => {
    fc.assert(
      fc.property(tcpFields, payload, (fields, data) => {
        const tcp = build('tcp', fields, data);
        expect(view.parse(tcp, 0, tcp.length)).toBe(KIND.tcp);
        expect(view).toMatchObject({
          version: 4,
          headerBytes: 20,
          totalLen: tcp.length,
          protocol: 6,
          isFragment: false,
          isFirstFragment: false,
          src: fields.src,
          dst: fields.dst,
          srcPort: fields.srcPort,
          dstPort: fields.dstPort,
          seq: fields.seq,
          ack: fields.ack,
          tcpFlags: fields.flags,
          payloadAt: TCP_PAYLOAD_AT,
          payloadLen: data.length,
        });
        expect(tcp.slice(view.payloadAt)).toEqual(data);
        expect(checksumOk(tcp, 0, tcp.length)).toBe(true);
        const udp = build('udp', fields, data);
        expect(view.parse(udp, 0, udp.length)).toBe(KIND.udp);
        expect(view).toMatchObject({ srcPort: fields.srcPort, dstPort: fields.dstPort, tcpFlags: 0, seq: 0 });
        expect(view).toMatchObject({ payloadAt: UDP_PAYLOAD_AT, payloadLen: data.length });
        expect(checksumOk(udp, 0, udp.length)).toBe(true);
      }),
    );
  });

  it('with any one bit of it flipped no longer checks out', () => {
    fc.assert(
      fc.property(tcpFields, payload, fc.nat(), fc.nat(7), (fields, data, at, bit) => {
        const tcp = build('tcp', fields, data);
        const flipped = at % tcp.length;
        tcp[flipped] = tcp[flipped]! ^ (1 << bit);
        // Flags and fragment bits decide what is covered: only a fragment's inside goes unchecked, never its header.
        expect(checksumOk(tcp, 0, tcp.length)).toBe(false);
      }),
    );
  });

  it('of ICMP is an echo with a right checksum', () => {
    const target = new Uint8Array(64);
    const lenBytes = writeEcho(
      target,
      0,
      { src: 1, dst: 2, ipId: 3, ttl: 4, isReply: false, echoId: 5, echoSeq: 6 },
      8,
    );
    expect(lenBytes).toBe(36);
    expect(view.parse(target, 0, lenBytes)).toBe(KIND.icmp);
    expect(checksumOk(target, 0, lenBytes)).toBe(true);
  });

  it('is refused where it does not fit', () => {
    const fields = { src: 1, dst: 2, ipId: 3, ttl: 4, srcPort: 5, dstPort: 6 };
    expect(() => writeUdp(new Uint8Array(40), 20, fields, 0)).toThrow(
      'a packet of 28 bytes at 20 does not fit: a packet has at most 65535 bytes, the target 40',
    );
  });
});

describe('rewriting addresses', () => {
  /** Of TCP, whose checksum comes out as 0 and may be 0. */
  const sumOfZero = {
    src: 0,
    dst: 0,
    ipId: 0,
    ttl: 0,
    srcPort: 2369,
    dstPort: 11291,
    seq: 2629426,
    ack: 1055214452,
    flags: 171,
    window: 58331,
  };

  it('gives the very packet that building it with the new addresses gives', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('tcp' as const, 'udp' as const),
        tcpFields,
        payload,
        i32,
        i32,
        (protocol, fields, data, src, dst) => {
          const packet = build(protocol, fields, data);
          expect(rewriteAddresses(packet, 0, packet.length, src, dst)).toBe(true);
          expect(checksumOk(packet, 0, packet.length)).toBe(true);
          expect(packet).toEqual(build(protocol, { ...fields, src, dst }, data));
        },
      ),
      {
        numRuns: 500,
        examples: [
          ['tcp', sumOfZero, Uint8Array.of(236, 27, 63, 131, 54, 115, 172, 184, 248, 230), -624957935, -1659402583],
        ],
      },
    );
  });

  const fields = {
    src: 0x0a000001,
    dst: 0x0a000002,
    ipId: 1,
    ttl: 64,
    srcPort: 1000,
    dstPort: 53,
    seq: 0,
    ack: 0,
    flags: 0,
    window: 0,
  };

  it('leaves a UDP packet without a checksum without one', () => {
    const packet = build('udp', fields, Uint8Array.of(1, 2, 3));
    packet[26] = packet[27] = 0;
    rewriteAddresses(packet, 0, packet.length, 7, 8);
    expect([packet[26], packet[27]]).toEqual([0, 0]);
    expect(checksumOk(packet, 0, packet.length)).toBe(true);
  });

  it('writes a UDP checksum that comes out as 0 as 0xffff: 0 would say there is none', () => {
    const zero = build('udp', fields, new Uint8Array(2));
    // The payload that adds what the checksum takes away.
    const data = zero.slice(26, 28);
    const built = build('udp', fields, data);
    expect(built.slice(26, 28)).toEqual(Uint8Array.of(0xff, 0xff));
    const rewritten = build('udp', { ...fields, src: 77, dst: 78 }, data);
    rewriteAddresses(rewritten, 0, rewritten.length, fields.src, fields.dst);
    expect(rewritten).toEqual(built);
  });

  it.each([
    [0, 5],
    [1, 0],
  ])('changes nothing in the data of a later fragment (%i, %i)', (high, low) => {
    const packet = build('udp', fields, Uint8Array.of(1, 2, 3));
    packet[6] = high;
    packet[7] = low;
    packet[10] = packet[11] = 0;
    const sum = finish(addWords(0, packet, 0, 20));
    packet[10] = sum >>> 8;
    packet[11] = sum & 255;
    const inside = packet.slice(20);
    expect(rewriteAddresses(packet, 0, packet.length, 7, 8)).toBe(true);
    expect(packet.slice(20)).toEqual(inside);
    expect(checksumOk(packet, 0, packet.length)).toBe(true);
  });

  it('does not hide damage: a wrong checksum stays wrong', () => {
    const packet = build('tcp', fields, Uint8Array.of(1, 2, 3));
    packet[packet.length - 1] = 99;
    rewriteAddresses(packet, 0, packet.length, 7, 8);
    expect(checksumOk(packet, 0, packet.length)).toBe(false);
  });

  it('refuses bytes that are no IPv4 packet', () => {
    const bytes = new Uint8Array(40).fill(0x60);
    expect(rewriteAddresses(bytes, 0, 40, 1, 2)).toBe(false);
    expect(bytes).toEqual(new Uint8Array(40).fill(0x60));
  });
});

describe('a packet view', () => {
  const fields = { src: 1, dst: 2, ipId: 1, ttl: 64, srcPort: 1000, dstPort: 53, seq: 0, ack: 0, flags: 2, window: 0 };
  const edited = (at: number, value: number) => {
    const packet = build('tcp', fields, new Uint8Array(4));
    packet[at] = value;
    return packet;
  };
  const kindOf = (packet: Uint8Array) => view.parse(packet, 0, packet.length);

  it('tells what is not to be passed on', () => {
    expect(kindOf(edited(0, 0x65))).toBe(KIND.notIpv4);
    expect(kindOf(edited(0, 0x44))).toBe(KIND.malformed);
    expect(kindOf(edited(3, 200))).toBe(KIND.malformed);
    expect(kindOf(edited(3, 19))).toBe(KIND.malformed);
    expect(kindOf(edited(32, 0x40))).toBe(KIND.malformed);
    expect(kindOf(edited(32, 0xf0))).toBe(KIND.malformed);
    expect(kindOf(edited(9, 132))).toBe(KIND.other);
    expect(kindOf(new Uint8Array(0))).toBe(KIND.malformed);
    expect(kindOf(build('udp', fields, new Uint8Array(0)).subarray(0, 24))).toBe(KIND.malformed);
  });

  it('takes the length there is where the length field is 0', () => {
    const packet = edited(3, 0);
    expect(kindOf(packet)).toBe(KIND.tcp);
    expect(view.totalLen).toBe(44);
  });

  it('reads ports of a first fragment and none of a later one', () => {
    expect(kindOf(edited(6, 0x20))).toBe(KIND.fragment);
    expect(view).toMatchObject({ isFragment: true, isFirstFragment: true, srcPort: 1000, dstPort: 53, tcpFlags: 0 });
    expect(kindOf(edited(7, 9))).toBe(KIND.fragment);
    expect(view).toMatchObject({ isFragment: true, isFirstFragment: false, srcPort: 0, dstPort: 0 });
  });

  it('never reads past the packet, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const kind = view.parse(bytes, 0, bytes.length);
        if (kind === KIND.notIpv4 || kind === KIND.malformed) return;
        expect(view.payloadAt + view.payloadLen).toBe(view.totalLen);
        expect(view.totalLen).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000, examples: [[Uint8Array.from([0x45, ...new Array<number>(30).fill(0)])]] },
    );
  });
});

describe('a checksum', () => {
  it('folds until no carry is left (RFC 1071)', () => {
    expect(finish(0x1ffff)).toBe(0xfffe);
    expect(finish(addWords(0, Uint8Array.of(0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7), 0, 8))).toBe(0x220d);
    expect(addWords(0, Uint8Array.of(1, 2, 3), 0, 3)).toBe(0x0402);
  });
});

describe('addresses as text', () => {
  it('come back as they went', () => {
    fc.assert(fc.property(i32, (address) => expect(parseAddress(addressText(address))).toBe(address)));
    expect(addressText(0xc0a80001)).toBe('192.168.0.1');
  });

  it.each(['1.2.3', '1.2.3.4.5', '1.2.3.256', '01.2.3.4', '1.2.3.x', ''])('refuse %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

import { describe, expect, it } from '@jest/globals';
import { KIND, PacketView } from '@rehearsal/packets';
import * as fc from 'fast-check';
import { PacketKey, TRACK } from './packet-key.js';
import { fragment, raw, tcp, udp } from './testing/packets.js';
import type { Packet } from './testing/packets.js';
import { VERDICT } from './verdict.js';

const client = { address: 0x0a010203, port: 40001 };
const server = { address: 0xc0a80105 | 0, port: 443 };
const SYN = 2;

function read(packet: Packet, fragmentPorts = 0, readsTunnels = false): PacketKey {
  const key = new PacketKey(readsTunnels);
  expect(key.read(packet.words, 0, packet.lenBytes, fragmentPorts)).toBe(0);
  return key;
}

const keyOf = (key: PacketKey) => [key.a, key.b, key.ports, key.proto];

describe('the key of a packet', () => {
  it('holds both ends in host order, the protocol and the flags', () => {
    const key = read(tcp(client, server, SYN));
    expect([key.src, key.srcPort, key.dst, key.dstPort]).toEqual([0x0a010203, 40001, 0xc0a80105 | 0, 443]);
    expect([key.proto, key.tcpFlags, key.track]).toEqual([6, 2, TRACK.connection]);
  });

  it('is the same for both directions, and tells them apart', () => {
    const there = read(tcp(client, server, SYN));
    const back = read(tcp(server, client, SYN));
    expect(keyOf(back)).toEqual(keyOf(there));
    expect(there.swapped + back.swapped).toBe(1);
  });

  it('orders ends of one address by port', () => {
    const there = read(udp({ address: 7, port: 53 }, { address: 7, port: 5353 }));
    const back = read(udp({ address: 7, port: 5353 }, { address: 7, port: 53 }));
    expect(keyOf(back)).toEqual(keyOf(there));
    expect([there.srcPort, back.srcPort, there.swapped + back.swapped]).toEqual([53, 5353, 1]);
  });

  it('of a later fragment has the ports it is handed and no flags', () => {
    const whole = tcp(client, server, SYN);
    const ports = whole.words[5] as number;
    for (const field of [0x2001, 0x0001, 0x0100, 0x1fff]) {
      const key = read(fragment(whole, field), ports);
      expect([key.track, key.tcpFlags, key.proto]).toEqual([TRACK.fragment, 0, 6]);
      expect([key.src, key.srcPort, key.dst, key.dstPort]).toEqual([0x0a010203, 40001, 0xc0a80105 | 0, 443]);
    }
    for (const field of [0x2000, 0x4000]) {
      const key = read(fragment(whole, field));
      expect([key.track, key.tcpFlags, key.srcPort]).toEqual([TRACK.connection, SYN, 40001]);
    }
  });

  it('of the first fragment of a TCP packet may lack options', () => {
    const whole = tcp(client, server, SYN, 20);
    new Uint8Array(whole.words.buffer)[32] = 0xf0;
    const cut = { words: whole.words, lenBytes: 44 };
    new Uint8Array(cut.words.buffer)[3] = 44;
    expect(new PacketKey().read(cut.words, 0, 44)).toBe(VERDICT.malformed);
    expect(read(fragment(cut, 0x2000)).track).toBe(TRACK.connection);
  });

  it('skips IPv4 options', () => {
    const plain = tcp(client, server, SYN);
    const bytes = [...new Uint8Array(plain.words.buffer, 0, 40)];
    bytes.splice(20, 0, 1, 1, 1, 1);
    bytes[0] = 0x46;
    bytes[3] = 44;
    const key = read(raw(bytes));
    expect([key.srcPort, key.dstPort, key.tcpFlags]).toEqual([40001, 443, 2]);
  });

  it.each([
    ['nothing', [], VERDICT.malformed],
    ['IPv6', [0x60, ...Array(39).fill(0)], VERDICT.unsupported_ipv6],
    ['a cut IPv6 header', [0x60, 0, 0], VERDICT.unsupported_ipv6],
    ['another version', [0x10, ...Array(39).fill(0)], VERDICT.unsupported_non_ip],
    ['a cut IPv4 header', [0x45, 0, 0, 19, ...Array(15).fill(0)], VERDICT.malformed],
    ['a header shorter than a header', [0x44, 0, 0, 40, ...Array(36).fill(0)], VERDICT.malformed],
    ['a length beyond what is there', [0x45, 0, 0, 41, ...Array(36).fill(0)], VERDICT.malformed],
    ['a length within the header', [0x46, 0, 0, 23, ...Array(36).fill(0)], VERDICT.malformed],
    ['UDP without room for its header', [0x45, 0, 0, 27, 0, 0, 0, 0, 64, 17, ...Array(18).fill(0)], VERDICT.malformed],
    ['TCP without room for its header', [0x45, 0, 0, 39, 0, 0, 0, 0, 64, 6, ...Array(30).fill(0)], VERDICT.malformed],
    [
      'TCP whose header is too short',
      [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, ...Array(22).fill(0), 0x40, 0, ...Array(6).fill(0)],
      VERDICT.malformed,
    ],
    [
      'TCP whose options are cut',
      [0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, ...Array(22).fill(0), 0x60, 0, ...Array(6).fill(0)],
      VERDICT.malformed,
    ],
  ])('refuses %s', (_name, bytes, verdict) => {
    const packet = raw(bytes as number[]);
    expect(new PacketKey().read(packet.words, 0, packet.lenBytes)).toBe(verdict);
  });

  it('agrees with the packet view on any bytes', () => {
    const header = fc.tuple(
      fc.constantFrom(0x45, 0x46, 0x4f, 0x44, 0x60, 0x10),
      fc.constantFrom(0, 20, 28, 39, 40, 60, 99, 100),
      fc.constantFrom(0, 0x40, 0x20, 0x1f),
      fc.constantFrom(0, 0, 0, 1),
      fc.constantFrom(6, 6, 17, 50, 47),
      fc.uint8Array({ minLength: 100, maxLength: 100 }),
      fc.constantFrom(0x50, 0x60, 0xf0, 0x40),
      fc.integer({ min: 0, max: 100 }),
    );
    const view = new PacketView();
    const key = new PacketKey();
    fc.assert(
      fc.property(header, ([first, length, high, low, proto, rest, offset, lenBytes]) => {
        const words = new Int32Array(25);
        const bytes = new Uint8Array(words.buffer);
        bytes.set(rest);
        bytes.set([first, 0, 0, length], 0);
        bytes.set([high, low, 64, proto], 6);
        bytes[32] = offset;
        const kind = view.parse(bytes, 0, lenBytes);
        const refused = key.read(words, 0, lenBytes);
        if (kind === KIND.malformed) expect(refused).toBe(VERDICT.malformed);
        else if (kind === KIND.notIpv4) expect(refused === VERDICT.unsupported_ipv6).toBe(first === 0x60);
        else if (!view.isFragment || !view.isFirstFragment) {
          const isLater = kind === KIND.fragment && (view.protocol === 6 || view.protocol === 17);
          const track = isLater ? TRACK.fragment : TRACK.connection;
          const ports = kind <= KIND.udp ? [view.srcPort, view.dstPort] : [0, 0];
          expect([refused, key.track, key.proto, key.src, key.dst, key.srcPort, key.dstPort, key.tcpFlags]).toEqual([
            0,
            track,
            view.protocol,
            view.src,
            view.dst,
            ...ports,
            view.tcpFlags,
          ]);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PacketKey, TRACK } from './packet-key.js';
import { Steering } from './steering.js';
import type { Mode } from './steering.js';
import { fragment, gtp, icmp, icmpError, ipv4, tcp, udp } from './testing/packets.js';
import type { End, Packet } from './testing/packets.js';

const client = { address: 0x0a010203, port: 40001 };
const server = { address: 0xc0a80105 | 0, port: 443 };
const router = { address: 0x7f000001, port: 0 };
const [INSIDE, OUTSIDE] = [0, 1];
const MODE_PAIRS: readonly (readonly [Mode, Mode])[] = [
  ['general', 'general'],
  ['user', 'network'],
  ['network', 'user'],
];

const anEnd = fc.record({ address: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), port: fc.nat(65535) });
/** A packet of every kind that names a connection, from one end to the other. */
const KINDS: Readonly<Record<string, (from: End, to: End) => Packet>> = {
  tcp: (from, to) => tcp(from, to, 2),
  udp: (from, to) => udp(from, to),
  echo: (from, to) => icmp(from, to, 8, 0xbeef),
  timestamp: (from, to) => icmp(from, to, 13, 0xbeef),
  esp: (from, to) => ipv4(from, to, 50, [0, 0, 0x12, 0x34, 0, 0, 0, 1]),
  ah: (from, to) => ipv4(from, to, 51, [4, 4, 0, 0, 0, 0, 0, 9]),
  gre: (from, to) => ipv4(from, to, 47, [0x30, 0x81, 0x88, 0x0b]),
  'protocol 132': (from, to) => ipv4(from, to, 132, [1, 2, 3, 4]),
};
const aKind = fc.constantFrom(...Object.keys(KINDS));
const make = (kind: string, from: End, to: End): Packet => (KINDS[kind] as (from: End, to: End) => Packet)(from, to);

function read(packet: Packet, readsTunnels = false): PacketKey {
  const key = new PacketKey(readsTunnels);
  expect(key.read(packet.words, 0, packet.lenBytes)).toBe(0);
  return key;
}

const ends = (key: PacketKey) => [key.src, key.srcPort, key.dst, key.dstPort, key.proto];
const keyOf = (key: PacketKey) => [key.a, key.b, key.ports, key.proto];

describe('the key of a packet, by protocol', () => {
  it('of echo has the identifier as both ports', () => {
    const key = read(icmp(client, server, 8, 0x1234));
    expect([...ends(key), key.track]).toEqual([client.address, 0x1234, server.address, 0x1234, 1, TRACK.connection]);
    expect(keyOf(read(icmp(server, client, 0, 0x1234)))).toEqual(keyOf(key));
  });

  it('of ICMP without an identifier has no ports', () => {
    const key = read(ipv4(client, server, 1, [9, 0, 0, 0, 1, 2, 3, 4]));
    expect([...ends(key), key.track]).toEqual([client.address, 0, server.address, 0, 1, TRACK.connection]);
  });

  it.each([50, 51, 47, 4, 132])('of protocol %d has no ports, whatever stands there', (proto) => {
    const key = read(ipv4(client, server, proto, [1, 2, 3, 4, 5, 6, 7, 8]));
    expect([...ends(key), key.track]).toEqual([client.address, 0, server.address, 0, proto, TRACK.connection]);
    const later = fragment(ipv4(client, server, proto, [1, 2, 3, 4]), 1);
    expect([keyOf(read(later)), read(later).track]).toEqual([keyOf(key), TRACK.connection]);
  });

  it.each([3, 4, 5, 11, 12])('of ICMP error %d is that of the packet it quotes, turned round', (type) => {
    for (const about of [tcp(client, server, 16, 40), udp(client, server), tcp(server, client, 16)]) {
      const key = read(icmpError(router, about, type));
      const quoted = read(about);
      expect(ends(key)).toEqual([quoted.dst, quoted.dstPort, quoted.src, quoted.srcPort, quoted.proto]);
      expect([key.icmpError, key.tcpFlags, key.track]).toEqual([true, 0, TRACK.connection]);
      expect([keyOf(key), key.swapped]).toEqual([keyOf(quoted), 1 - quoted.swapped]);
    }
    expect(read(tcp(client, server, 2)).icmpError).toBe(false);
  });

  it('of an error that quotes too little is its own, and names no connection', () => {
    const later = fragment(udp(client, server, 40), 3);
    const error = icmpError(router, udp(client, server));
    const ofError = icmpError(router, error, 3, 36);
    const cut = [icmpError(router, tcp(client, server, 2), 3, 24), icmpError(router, later), ofError];
    for (const packet of cut) {
      const key = read(packet);
      expect([key.src, key.ports, key.proto, key.track, key.icmpError]).toEqual([
        router.address,
        0,
        1,
        TRACK.other,
        true,
      ]);
    }
  });

  it('of a tunnelled packet is its own only where it is asked for', () => {
    const tunnel = [
      { address: 1, port: 2152 },
      { address: 2, port: 2152 },
    ] as const;
    for (const extended of [false, true]) {
      const packet = gtp(...tunnel, tcp(client, server, 18), extended);
      const outer = read(packet);
      expect([...ends(outer), outer.gtpInner]).toEqual([1, 2152, 2, 2152, 17, false]);
      const inner = read(packet, true);
      expect([keyOf(inner), inner.tcpFlags, inner.gtpInner]).toEqual([keyOf(read(tcp(client, server, 18))), 18, true]);
      const error = read(icmpError(router, packet, 3, 200), true);
      expect([keyOf(error), error.icmpError, error.gtpInner]).toEqual([keyOf(inner), true, true]);
      const innerError = read(gtp(...tunnel, icmpError(router, tcp(client, server, 16)), extended), true);
      expect([keyOf(innerError), innerError.icmpError]).toEqual([keyOf(inner), true]);
    }
  });

  it('of a tunnelled packet that cannot be followed is that of the tunnel', () => {
    const from = { address: 1, port: 2152 };
    const to = { address: 2, port: 2152 };
    const inner = tcp(client, server, 2);
    const good = gtp(from, to, inner, true);
    const changed = (at: number, byte: number): Packet => {
      const packet = { words: good.words.slice(), lenBytes: good.lenBytes };
      new Uint8Array(packet.words.buffer)[at] = byte;
      return packet;
    };
    const others = [
      gtp(from, to, fragment(inner, 7)),
      fragment(good, 0x2000),
      changed(28, 0x50),
      changed(29, 1),
      changed(40, 0),
      changed(40, 200),
      changed(44, 0x60),
      changed(44, 0x4f),
    ];
    expect(read(good, true).gtpInner).toBe(true);
    for (const packet of others) {
      const key = read(packet, true);
      expect([...ends(key), key.gtpInner]).toEqual([1, 2152, 2, 2152, 17, false]);
    }
  });

  it('never reads beyond the packet, whatever its bytes are', () => {
    const bytes = fc.uint8Array({ minLength: 96, maxLength: 96 });
    const start = fc.constantFrom([0x45, 1, 3], [0x46, 1, 11], [0x45, 17, 0], [0x45, 6, 0], [0x4f, 1, 12]);
    fc.assert(
      fc.property(bytes, start, fc.integer({ min: 0, max: 96 }), (rest, [first, proto, type], lenBytes) => {
        const words = new Int32Array(24);
        const all = new Uint8Array(words.buffer);
        all.set(rest);
        all.set([first as number, 0, 0, 0, 0, 0, 0, 0, 64, proto as number]);
        if (proto === 1) all[((first as number) & 15) * 4] = type as number;
        else all.set([0x08, 0x68], 22);
        const seen = new PacketKey(true);
        const refused = seen.read(words, 0, lenBytes);
        // What stands after the packet makes no difference.
        all.fill(0xa5, lenBytes);
        const again = new PacketKey(true);
        expect(again.read(words, 0, lenBytes)).toBe(refused);
        if (refused === 0) expect([keyOf(again), again.track]).toEqual([keyOf(seen), seen.track]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('steering, by protocol', () => {
  const steering = (modes: readonly [Mode, Mode], l4: boolean) => new Steering({ slots: 512, l4, modes, gtp: 'inner' });
  const slot = (s: Steering, p: Packet, side: number) => s.steer(p.words, 0, p.lenBytes, side);
  const aSpread = fc.constantFrom(...MODE_PAIRS);

  it('lets both directions of a connection meet in every mode', () => {
    fc.assert(
      fc.property(aKind, anEnd, anEnd, aSpread, fc.boolean(), (kind, one, other, modes, l4) => {
        const s = steering(modes, l4);
        const there = slot(s, make(kind, one, other), INSIDE);
        expect(slot(s, make(kind, other, one), OUTSIDE)).toBe(there);
        const tunnelled = gtp({ address: 1, port: 1 }, { address: 2, port: 2 }, make(kind, other, one));
        expect(slot(s, tunnelled, OUTSIDE)).toBe(there);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes an error to the slot of the connection it is about, from either side', () => {
    fc.assert(
      fc.property(aKind, anEnd, anEnd, aSpread, fc.boolean(), (kind, one, other, modes, l4) => {
        const s = steering(modes, l4);
        const there = make(kind, one, other);
        expect(slot(s, icmpError(router, there), OUTSIDE)).toBe(slot(s, there, INSIDE));
        const back = make(kind, other, one);
        expect(slot(s, icmpError(router, back), INSIDE)).toBe(slot(s, back, OUTSIDE));
      }),
      { numRuns: 1000 },
    );
  });

  it('knows the slot of ends without a packet', () => {
    const modes = fc.tuple(
      fc.constantFrom('general', 'user', 'network'),
      fc.constantFrom('general', 'user', 'network'),
    );
    fc.assert(
      fc.property(aKind, anEnd, anEnd, modes, fc.boolean(), fc.nat(1), (kind, one, other, pair, l4, side) => {
        const s = steering(pair as [Mode, Mode], l4);
        const steered = slot(s, make(kind, one, other), side);
        const { src, dst, srcPort, dstPort, proto } = s.key;
        s.slotOf(1 - side, dst, src, 1, 2, 3);
        expect(s.slotOf(side, src, dst, srcPort, dstPort, proto)).toBe(steered);
        expect([src, dst]).toEqual([one.address, other.address]);
      }),
    );
  });

  it.each([
    // What is changed: client's address, server's address, client's port, server's port.
    ['general', INSIDE, true, [true, true, true, true]],
    ['general', INSIDE, false, [true, true, false, false]],
    ['user', INSIDE, true, [false, true, true, false]],
    ['user', INSIDE, false, [false, true, false, false]],
    ['network', INSIDE, true, [true, false, false, true]],
    ['network', INSIDE, false, [true, false, false, false]],
  ] as const)('by %s (side %d, L4 %s) looks at what it is meant to', (mode, side, l4, expected) => {
    const s = steering([mode, mode], l4);
    const changes: readonly ((n: number) => [End, End])[] = [
      (n) => [{ ...client, address: client.address + n }, server],
      (n) => [client, { ...server, address: server.address + n }],
      (n) => [{ ...client, port: client.port + n }, server],
      (n) => [client, { ...server, port: server.port + n }],
    ];
    const matters = changes.map((change) => {
      const slots = new Set<number>();
      for (let n = 0; n < 50; n++) slots.add(slot(s, tcp(...change(n), 16), side));
      return slots.size > 1;
    });
    expect(matters).toEqual(expected);
  });

  it('by user or network spreads neighbouring ends evenly', () => {
    const s = steering(['user', 'network'], true);
    const counts = new Int32Array(512);
    for (let i = 0; i < 51_200; i++) {
      const chosen = s.slotOf(INSIDE, 0, 0xcb007100 + (i & 15), 1024 + (i >>> 4), 443, 6);
      counts[chosen] = (counts[chosen] as number) + 1;
    }
    let chiSquare = 0;
    for (const n of counts) chiSquare += (n - 100) ** 2 / 100;
    // Five standard deviations from what chance would give.
    expect((chiSquare - 511) / Math.sqrt(2 * 511)).toBeLessThan(5);
  });
});

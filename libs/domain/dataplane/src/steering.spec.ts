import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { MAX_SLOTS, Steering, connectionHash, slotOfHash } from './steering.js';
import { echo, fragment, raw, tcp, udp } from './testing/packets.js';
import type { End, Packet } from './testing/packets.js';
import { VERDICT } from './verdict.js';

const anEnd = fc.record({ address: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), port: fc.nat(65535) });
const slotCounts = fc.constantFrom(256, 257, 512, 1000, 4096, 65535, MAX_SLOTS);
const steer = (s: Steering, p: Packet, side = 0) => s.steer(p.words, 0, p.lenBytes, side);
const general = (slots: number, l4: boolean) =>
  new Steering({ slots, l4, modes: ['general', 'general'], gtp: 'outer' });
const client = { address: 0x0a000001, port: 1025 };
const server = { address: 0x0a000002, port: 80 };

/** Chi-square of how evenly `slots` boxes are filled, in standard deviations from what chance would give. */
function deviation(counts: Int32Array): number {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const expected = total / counts.length;
  let chiSquare = 0;
  for (const n of counts) chiSquare += (n - expected) ** 2 / expected;
  const freedom = counts.length - 1;
  return (chiSquare - freedom) / Math.sqrt(2 * freedom);
}

describe('steering', () => {
  it('sends both directions of a connection to one slot, with and without ports', () => {
    fc.assert(
      fc.property(anEnd, anEnd, slotCounts, fc.boolean(), (one, other, slots, l4) => {
        const s = general(slots, l4);
        for (const make of [(a: End, b: End) => tcp(a, b, 2), udp, echo]) {
          const slot = steer(s, make(one, other));
          expect(slot).toBeGreaterThanOrEqual(0);
          expect(slot).toBeLessThan(slots);
          expect(steer(s, make(other, one))).toBe(slot);
        }
      }),
    );
  });

  it('keys on ports only with L4', () => {
    const slotsUsed = (l4: boolean) => {
      const s = general(512, l4);
      const used = new Set<number>();
      for (let port = 1024; port < 1124; port++) used.add(steer(s, udp({ address: 1, port }, server)));
      return used.size;
    };
    expect(slotsUsed(false)).toBe(1);
    expect(slotsUsed(true)).toBeGreaterThan(80);
  });

  it('sends later fragments after their first, whose ports they are handed', () => {
    for (const l4 of [true, false]) {
      const s = general(512, l4);
      const whole = udp(client, server);
      const slot = steer(s, whole);
      expect(steer(s, fragment(whole, 0x2000))).toBe(slot);
      expect(s.steer(fragment(whole, 0x0010).words, 0, whole.lenBytes, 0, whole.words[5])).toBe(slot);
      expect(s.hash).toBe(connectionHash(s.key.a, s.key.b, s.key.ports, 17));
    }
  });

  it('refuses what is not IPv4 with the verdict', () => {
    const s = general(512, true);
    expect(steer(s, raw([0x60, 0, 0, 0]))).toBe(-VERDICT.unsupported_ipv6);
    expect(steer(s, raw([0x20, 0, 0, 0]))).toBe(-VERDICT.unsupported_non_ip);
    expect(steer(s, raw([0x45, 0, 0, 0]))).toBe(-VERDICT.malformed);
  });

  it('refuses a number of slots it cannot serve', () => {
    for (const slots of [255, 65537, 512.5]) {
      expect(() => general(slots, true)).toThrow(`expected 256 to 65536 slots, saw ${slots}; set dist.slots`);
    }
  });

  it('hashes as it did when the first record was made', () => {
    expect(connectionHash(0, 0, 0, 0)).toBe(0);
    expect(connectionHash(0x0100000a, 0x0200000a, 0x50000401, 6) >>> 0).toBe(0x36ad51df);
    expect([slotOfHash(0, 512), slotOfHash(-1, 512), slotOfHash(1 << 31, 1000)]).toEqual([0, 511, 500]);
  });

  it('gives each slot its exact share of the hashes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 256, max: MAX_SLOTS }), (hash, slots) => {
        expect(slotOfHash(hash, slots)).toBe(Math.floor(((hash >>> 0) * slots) / 2 ** 32));
      }),
    );
  });
});

describe('balance', () => {
  // Traffic as it is: neighbouring addresses, neighbouring ports, few servers, or anything at all.
  const shapes: Record<string, (i: number) => Packet> = {
    'one client, one server, rising ports': (i) =>
      tcp(
        { address: 0x0a000001, port: 1024 + (i % 60000) },
        { address: 0x0a000002 + ((i / 60000) | 0), port: 443 },
        16,
      ),
    'rising clients, one service': (i) => tcp({ address: 0x0a000000 + i, port: 50000 }, server, 16),
    'a subnet of clients, a subnet of servers': (i) =>
      udp(
        { address: 0x0a010000 + (i & 0xff), port: 40000 + (i >>> 12) },
        { address: 0x0a020000 + ((i >>> 8) & 15), port: 53 },
      ),
    'rising in the first byte of the address': (i) =>
      udp({ address: (i << 24) | (i >>> 8), port: 7 }, { address: 1, port: 7 }),
  };
  it.each(Object.keys(shapes))('%s: slots, and buckets within a slot, fill as by chance', (name) => {
    const make = shapes[name] as (i: number) => Packet;
    for (const slots of [256, 512, 1000]) {
      const s = general(slots, true);
      const inSlot = new Int32Array(slots);
      const inBucket = new Int32Array(1024);
      const packets = 40_000;
      for (let i = 0; i < packets; i++) {
        const slot = steer(s, make(i));
        inSlot[slot] = (inSlot[slot] as number) + 1;
        // A member with a quarter of the slots: its buckets see only these.
        if (slot < slots / 4) inBucket[s.hash & 1023] = (inBucket[s.hash & 1023] as number) + 1;
      }
      // Five standard deviations: a good hash exceeds them once in millions of tries.
      expect(deviation(inSlot)).toBeLessThan(5);
      expect(deviation(inBucket)).toBeLessThan(5);
    }
  });
});

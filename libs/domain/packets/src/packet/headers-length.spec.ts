import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { HeadersLength } from './headers-length.js';

/** An IPv4 packet of that protocol; `options` are bytes of its header behind the first twenty. */
function ipv4(protocol: number, body: readonly number[], { options = 0, fragment = 0 } = {}): Uint8Array {
  const header = 20 + options;
  const total = header + body.length;
  const words = [0x40 | (header / 4), 0, total >>> 8, total & 255, 0, 0, fragment >>> 8, fragment & 255, 64, protocol];
  return Uint8Array.from([...words, ...Array<number>(header - 10).fill(0), ...body]);
}
const bytes = (n: number, ...first: readonly number[]): number[] => [
  ...first,
  ...Array<number>(n - first.length).fill(0),
];
const tcp = (headerBytes: number, payload: number): number[] => {
  const all = bytes(headerBytes + payload);
  all[12] = (headerBytes / 4) << 4;
  return all;
};
const quoting = (type: number, quotedHeader: number): number[] =>
  bytes(100, type, 0, 0, 0, 0, 0, 0, 0, 0x40 | (quotedHeader / 4));

describe('the headers of a packet', () => {
  const headers = new HeadersLength();

  it.each<[string, Uint8Array, number]>([
    ['TCP', ipv4(6, tcp(20, 100)), 40],
    ['TCP and IPv4 with options', ipv4(6, tcp(32, 100), { options: 8 }), 60],
    ['UDP', ipv4(17, bytes(60)), 28],
    ['ICMP echo', ipv4(1, bytes(60, 8)), 28],
    ['an ICMP error with the headers it quotes', ipv4(1, quoting(3, 24)), 20 + 8 + 24 + 8],
    ['ESP', ipv4(50, bytes(60)), 28],
    ['GRE', ipv4(47, bytes(60)), 24],
    ['GRE with key and sequence', ipv4(47, bytes(60, 0x30)), 32],
    ['another protocol', ipv4(89, bytes(60)), 20],
    ['a first fragment', ipv4(17, bytes(60), { fragment: 0x2000 }), 28],
    ['a first fragment of TCP', ipv4(6, tcp(24, 60), { fragment: 0x2000 }), 44],
    ['a later fragment', ipv4(17, bytes(60), { fragment: 0x2001 }), 20],
    ['IPv6', Uint8Array.from([0x60, ...bytes(99)]), 40],
    ['what is no IP', Uint8Array.from([0x10, ...bytes(99)]), 20],
    ['a packet cut off within its header', ipv4(6, tcp(20, 0)).subarray(0, 30), 20],
  ])('of %s', (_, packet, expected) => {
    expect(headers.of(packet)).toBe(expected);
  });

  it('are never longer than the packet, nor than what an export promises', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0x45, 0x4f, 0x60), (random, first) => {
        const packet = Uint8Array.from([first, ...random]);
        const length = headers.of(packet);
        expect(length).toBeGreaterThanOrEqual(0);
        expect(length).toBeLessThanOrEqual(Math.min(packet.length, 136));
      }),
    );
  });
});

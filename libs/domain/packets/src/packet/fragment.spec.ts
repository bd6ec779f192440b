import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { UDP_PAYLOAD_AT, writeUdp } from './build.js';
import { checksumOk } from './checksum.js';
import { maxFragments, writeFragment } from './fragment.js';

const fields = { src: 1, dst: 2, ipId: 4711, ttl: 64, srcPort: 1000, dstPort: 53 };

function packetOf(payloadLen: number): Uint8Array {
  const packet = new Uint8Array(UDP_PAYLOAD_AT + payloadLen).map((_, index) => index * 7);
  writeUdp(packet, 0, fields, payloadLen);
  return packet;
}

describe('cutting a packet into fragments', () => {
  it('leaves pieces that can be put together again, about equally long', () => {
    fc.assert(
      fc.property(fc.nat(1400), fc.nat(20), (payloadLen, more) => {
        const packet = packetOf(payloadLen);
        const pieces = Math.min(1 + more, maxFragments(packet.length));
        const whole = new Uint8Array(packet.length);
        const target = new Uint8Array(packet.length + 8);
        let end = 0;
        for (let index = 0; index < pieces; index++) {
          const lenBytes = writeFragment(target, 4, packet, 0, packet.length, index, pieces);
          expect(checksumOk(target, 4, lenBytes)).toBe(true);
          expect((target[6]! << 8) | target[7]!).toBe(lenBytes);
          expect((target[8]! << 8) | target[9]!).toBe(4711);
          const word = (target[10]! << 8) | target[11]!;
          expect(word & 0xe000).toBe(index < pieces - 1 ? 0x2000 : 0);
          expect((word & 0x1fff) * 8).toBe(end);
          expect(Math.abs(lenBytes - 20 - (packet.length - 20) / pieces)).toBeLessThanOrEqual(8);
          whole.set(target.subarray(24, 4 + lenBytes), 20 + end);
          end += lenBytes - 20;
        }
        expect(end).toBe(packet.length - 20);
        expect(Buffer.from(whole.subarray(20)).toString('hex')).toBe(Buffer.from(packet.subarray(20)).toString('hex'));
      }),
    );
  });

  it('refuses more pieces than there are units of eight bytes, and a packet with options', () => {
    const packet = packetOf(8);
    const target = new Uint8Array(100);
    expect(writeFragment(target, 0, packet, 0, 36, 1, 2)).toBe(28);
    expect(() => writeFragment(target, 0, packet, 0, 36, 0, 3)).toThrow('at most 2 pieces of its 36 bytes');
    expect(() => writeFragment(target, 0, packet, 0, 36, 2, 2)).toThrow('saw piece 2 of 2');
    packet[0] = 0x46;
    expect(() => writeFragment(target, 0, packet, 0, 36, 0, 2)).toThrow('without options');
    expect(() => writeFragment(target, 90, packetOf(8), 0, 36, 0, 2)).toThrow(
      'a fragment of 28 bytes at 90 does not fit: the target has 100',
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LINK } from '../link/link-types.js';
import { frameBytes, readCapture } from './read-capture.js';
import { PcapngBuilder } from './write-capture.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const told = fc.option(text, { nil: undefined });
const packet = fc.record({
  on: fc.nat(2),
  us: fc.nat(2 ** 40),
  bytes: fc.uint8Array({ maxLength: 70 }),
  cut: fc.nat(900),
  comment: told,
  packetId: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
});

/** What stands in `exactOptionalPropertyTypes` way: no key for what is not said. */
const only = <T extends object>(fields: T): { [K in keyof T]: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

describe('pcapng that is written', () => {
  it('reads back with the names of its interfaces and the comments of its packets, in either byte order', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        told,
        fc.array(told, { minLength: 3, maxLength: 3 }),
        fc.array(packet, { maxLength: 8 }),
        (bigEndian, comment, names, packets) => {
          const builder = new PcapngBuilder().section({ bigEndian, application: 'spec', ...only({ comment }) });
          for (const name of names) builder.interface(LINK.raw, { snapLen: 100, ...only({ name, description: name }) });
          for (const { on, us, bytes, cut, comment: said, packetId } of packets) {
            const notes = only({ comment: said, packetId });
            builder.packet(on, Math.floor(us / 2 ** 32), us % 2 ** 32, bytes, bytes.length + cut, notes);
          }
          const capture = readCapture(builder.bytes());
          const seen = [...capture].map(() => 0).length;
          const frames = [];
          for (const f of readCapture(builder.bytes())) {
            const us = f.seconds * 1e6 + f.nanoseconds / 1000;
            const { interfaceName: name, comment: said, origLen } = f;
            frames.push({ name, said, us, origLen, bytes: Uint8Array.from(frameBytes(capture, f)) });
          }
          expect(capture.partial).toBeUndefined();
          expect(seen).toBe(packets.length);
          expect(frames).toEqual(
            packets.map(({ on, us, bytes, cut, comment: said }) => ({
              name: names[on] ?? '',
              said: said ?? '',
              us,
              origLen: bytes.length + cut,
              bytes,
            })),
          );
        },
      ),
    );
  });

  it('has blocks and options at whole words, and an end of options only where there are any', () => {
    const words = (file: Uint8Array): string[] =>
      Array.from({ length: file.length / 4 }, (_, i) => Buffer.from(file.subarray(i * 4, i * 4 + 4)).toString('hex'));
    const bare = new PcapngBuilder().section().interface(LINK.raw).packet(0, 1, 2, Uint8Array.of(9), 7).bytes();
    // Section of 28 bytes, interface of 32 with its resolution: then the packet.
    expect(words(bare).slice(15)).toEqual([
      '06000000',
      '24000000',
      '00000000',
      '01000000',
      '02000000',
      '01000000',
      '07000000',
      '09000000',
      '24000000',
    ]);
    const told = new PcapngBuilder()
      .section()
      .interface(LINK.raw)
      .packet(0, 1, 2, Uint8Array.of(9), 7, { comment: 'abcde', packetId: 3 })
      .bytes();
    expect(words(told).slice(22)).toEqual([
      '09000000',
      '01000500',
      '61626364',
      '65000000',
      '05000800',
      '03000000',
      '00000000',
      '00000000',
      '40000000',
    ]);
  });
});

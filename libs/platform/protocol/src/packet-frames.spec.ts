import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PacketFrameReader, PacketFrameWriter } from './packet-frames.js';

const record = fc.record({
  id: fc.integer({ min: 0, max: 0x7fffffff }),
  side: fc.nat(1),
  code: fc.nat(255),
  aux: fc.nat(65_535),
  bytes: fc.uint8Array({ maxLength: 200 }),
});

function padded(bytes: Uint8Array): Int32Array {
  const out = new Uint8Array((bytes.length + 3) & ~3);
  out.set(bytes);
  return new Int32Array(out.buffer);
}

describe('packet frames', () => {
  it('give back every record as written, packets and bare ones, in one buffer after another', () => {
    const writer = new PacketFrameWriter(64);
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), (records) => {
        writer.reset();
        for (const r of records) {
          if (r.bytes.length === 0) writer.addBare(r.id, r.side, r.code, r.aux);
          else writer.add(r.id, r.bytes.length, r.side, r.code, r.aux, padded(r.bytes), 0);
        }
        writer.finish();
        const reader = new PacketFrameReader();
        expect(reader.open(writer.words.slice(0, writer.at))).toBe(true);
        const seen = [];
        while (reader.next()) {
          const bytes = new Uint8Array(reader.words.buffer, reader.packetAt * 4, reader.lenBytes).slice();
          seen.push({ id: reader.id, side: reader.side, code: reader.code, aux: reader.aux, bytes });
        }
        expect(seen).toEqual(records);
      }),
    );
  });

  it('refuse a frame whose records do not end where it ends', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 20 }), (records, cut) => {
        const writer = new PacketFrameWriter(64);
        for (const r of records) writer.add(r.id, r.bytes.length, r.side, r.code, r.aux, padded(r.bytes), 0);
        writer.finish();
        const reader = new PacketFrameReader();
        expect(reader.open(writer.words.slice(0, Math.max(0, writer.at - cut)))).toBe(false);
      }),
    );
  });

  it('never read outside a frame of random words', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 60 }), (words) => {
        const reader = new PacketFrameReader();
        const frame = Int32Array.from(words);
        if (!reader.open(frame)) return;
        while (reader.next()) expect(reader.packetAt + ((reader.lenBytes + 3) >> 2)).toBeLessThanOrEqual(frame.length);
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CaptureSink, How } from './captured-records.js';
import { HOW } from './captured-records.js';
import { PacketCapture } from './packet-capture.js';
import { readPacketCapture } from './read-packet-capture.js';

const LIMITS = { maxPackets: 1e6, maxBytes: 1e9 };

/** A sink in memory, which refuses chunks while it is told to. */
class Memory implements CaptureSink {
  refuses = false;
  ended = false;
  private readonly chunks: Uint8Array[] = [];

  get heldBytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  write(words: Int32Array): boolean {
    if (this.refuses) return false;
    this.chunks.push(new Uint8Array(words.slice().buffer));
    return true;
  }

  end(words: Int32Array, done: () => void): void {
    this.chunks.push(new Uint8Array(words.slice().buffer));
    this.ended = true;
    done();
  }

  get bytes(): Uint8Array {
    const file = new Uint8Array(this.heldBytes);
    let at = 0;
    for (const chunk of this.chunks) {
      file.set(chunk, at);
      at += chunk.length;
    }
    return file;
  }
}

function send(capture: PacketCapture, tag: number, bytes: Uint8Array, ms: number): void {
  const words = new Int32Array((bytes.length + 3) >> 2);
  new Uint8Array(words.buffer).set(bytes);
  capture.sent(tag, tag * 2, tag & 1, 3, words, 0, bytes.length, ms);
}

const fate = (capture: PacketCapture, tag: number, how: How, ms = 5): void =>
  capture.fate(tag, how, 66, 4, 0x30007, ms);
const none = (): void => {};

describe('a packet capture', () => {
  it('reads back as it was taken, with the last word about each packet and the copies beside it', () => {
    const word = fc.record({
      of: fc.nat(30),
      how: fc.constantFrom<How>(0, 1, 2, 3, 4, 5),
      ms: fc.double({ min: 1.7e12, max: 1.8e12, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 20 }),
        fc.array(word, { maxLength: 40 }),
        fc.integer(),
        (packets, words, firstTag) => {
          const memory = new Memory();
          const capture = new PacketCapture(LIMITS, memory, 1e12);
          const tags = packets.map((_, i) => (firstTag + i) >>> 0);
          packets.forEach((bytes, i) => send(capture, tags[i]!, bytes, 1.7e12 + i + 0.25));
          for (const { of, how, ms } of words) fate(capture, (firstTag + of) >>> 0, how, ms);
          capture.end(2e12, none);
          const read = readPacketCapture(memory.bytes);
          const isLater = (how: How): boolean => how === HOW.copy || how === HOW.overtaken;
          expect(
            read.packets.map(({ fate: f, later, ...rest }) => ({
              ...rest,
              how: f?.how,
              atUs: f?.atUs,
              later: later?.map((l) => l.how),
            })),
          ).toEqual(
            packets.map((bytes, i) => {
              const about = words.filter(({ of }) => of === i);
              const last = about.findLast(({ how }) => !isLater(how));
              const later = about.filter(({ how }) => isLater(how)).map(({ how }) => how);
              return {
                tag: tags[i],
                connection: (tags[i]! * 2) | 0,
                side: tags[i]! & 1,
                way: 3,
                bytes,
                how: last?.how,
                atUs: last === undefined ? undefined : Math.floor(last.ms * 1000),
                later: later.length > 0 ? later : undefined,
              };
            }),
          );
          expect(
            read.packets
              .flatMap((p) => (p.fate === undefined ? [] : [[p.fate.code, p.fate.flags, p.fate.aux]]))
              .every(([c, f, a]) => c === 66 && f === 4 && a === 0x30007),
          ).toBe(true);
          expect(read).toMatchObject({
            full: undefined,
            missed: 0,
            lostPackets: 0,
            lostFates: 0,
            damagedAtByte: undefined,
          });
        },
      ),
    );
  });

  it('stops at its limit of packets, says when, and goes on with the fates of those it has', () => {
    const memory = new Memory();
    const capture = new PacketCapture({ ...LIMITS, maxPackets: 2 }, memory, 1);
    for (const tag of [7, 8, 9, 10]) send(capture, tag, Uint8Array.of(tag), tag);
    for (const tag of [6, 7, 8, 9, 10]) fate(capture, tag, HOW.delivered, 50 + tag);
    capture.end(99, none);
    const read = readPacketCapture(memory.bytes);
    expect(read.packets.map((p) => [p.tag, p.fate?.atUs])).toEqual([
      [7, 57_000],
      [8, 58_000],
    ]);
    expect(read).toMatchObject({ full: { limit: 'packets', atUs: 9000 }, missed: 2 });
  });

  it('never makes its file longer than its limit of bytes, and keeps room for a word about each packet', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 4000 }),
        fc.array(fc.nat(300), { maxLength: 60 }),
        (maxBytes, lengths) => {
          const memory = new Memory();
          const capture = new PacketCapture({ ...LIMITS, maxBytes }, memory, 1);
          lengths.forEach((length, i) => send(capture, i + 1, new Uint8Array(length), 2));
          lengths.forEach((_, i) => {
            fate(capture, i + 1, HOW.presumed);
            fate(capture, i + 1, HOW.copy);
            capture.flush(4);
          });
          lengths.forEach((_, i) => fate(capture, i + 1, HOW.delivered));
          capture.end(3, none);
          expect(memory.bytes.length).toBeLessThanOrEqual(maxBytes);
          const read = readPacketCapture(memory.bytes);
          expect(read.packets.every((p) => p.fate?.how === HOW.delivered)).toBe(true);
          expect(read.packets.length + (read.missed ?? 0)).toBe(lengths.length);
          const words = read.packets.reduce((n, p) => n + (p.later?.length ?? 0), 0);
          expect(words + read.missedFates).toBeGreaterThanOrEqual(read.packets.length);
          expect(read).toMatchObject({ lostFates: 0, lostPackets: 0 });
          expect(capture.full === undefined).toBe(read.full === undefined);
        },
      ),
    );
  });

  it('counts what its sink had no room for, and says so as soon as there is room again', () => {
    const memory = new Memory();
    const capture = new PacketCapture(LIMITS, memory, 1);
    send(capture, 1, Uint8Array.of(1), 1);
    capture.flush(1);
    memory.refuses = true;
    send(capture, 2, Uint8Array.of(2), 2);
    fate(capture, 1, HOW.delivered);
    fate(capture, 2, HOW.delivered);
    capture.flush(2);
    // What is said of it is refused as well, and said again.
    capture.flush(2);
    memory.refuses = false;
    send(capture, 3, Uint8Array.of(3), 3);
    capture.flush(3);
    send(capture, 4, Uint8Array.of(4), 4);
    capture.flush(4);
    capture.flush(5);
    const read = readPacketCapture(memory.bytes);
    expect(read.packets.map((p) => p.tag)).toEqual([1, 3, 4]);
    expect(read).toMatchObject({ lostPackets: 1, lostFates: 2, missed: undefined });
    expect(capture).toMatchObject({ lostPackets: 1, lostFates: 2 });
  });

  it('hands on what it has by itself when its memory is full, packets of any length', () => {
    const memory = new Memory();
    const capture = new PacketCapture(LIMITS, memory, 1);
    const lengths = [65_535, 65_535, 65_535, 1, 40_000];
    lengths.forEach((length, i) => send(capture, i + 1, new Uint8Array(length).fill(i), i));
    expect(memory.heldBytes).toBeGreaterThan(65_535);
    capture.end(9, none);
    expect(readPacketCapture(memory.bytes).packets.map((p) => [p.bytes.length, p.bytes.at(-1)])).toEqual(
      lengths.map((length, i) => [length, i]),
    );
  });

  it('keeps the tags of one process apart from those of the next', () => {
    const memory = new Memory();
    const first = new PacketCapture(LIMITS, memory, 1);
    for (const tag of [1, 2]) {
      send(first, tag, Uint8Array.of(10 + tag), 1);
      fate(first, tag, HOW.delivered);
    }
    first.flush(5);
    const second = new PacketCapture(LIMITS, memory, 6);
    send(second, 1, Uint8Array.of(21), 6);
    second.flush(6);
    memory.refuses = true;
    send(second, 2, Uint8Array.of(22), 6);
    second.flush(6);
    memory.refuses = false;
    for (const tag of [1, 2]) fate(second, tag, HOW.judged);
    second.end(9, none);
    expect(readPacketCapture(memory.bytes).packets.map((p) => [p.bytes[0], p.fate?.how])).toEqual([
      [11, HOW.delivered],
      [12, HOW.delivered],
      [21, HOW.judged],
    ]);
  });

  it('reads a file without its end as far as it goes, one that is damaged up to there, and no other file', () => {
    const memory = new Memory();
    const capture = new PacketCapture(LIMITS, memory, 1);
    for (const tag of [1, 2, 3]) send(capture, tag, new Uint8Array(8), tag);
    capture.end(9, none);
    const file = memory.bytes;
    for (let length = 16; length < file.length; length++) {
      const read = readPacketCapture(file.slice(0, length));
      expect(read.packets.length).toBe(Math.min(3, Math.floor((length - 16) / 32)));
      expect(read).toMatchObject({ missed: undefined, damagedAtByte: undefined });
    }
    file[16 + 32] = 99;
    expect(readPacketCapture(file)).toMatchObject({ damagedAtByte: 48, packets: [{ tag: 1 }] });
    expect(() => readPacketCapture(new Uint8Array(64))).toThrow(
      'at byte 0: expected the beginning of a packet capture',
    );
    expect(() => readPacketCapture(new Uint8Array(3))).toThrow(RangeError);
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LINK } from '../link/link-types.js';
import { CaptureError } from './capture-error.js';
import { summarizeCapture } from './capture-info.js';
import { frameBytes, readCapture } from './read-capture.js';
import { PcapngBuilder, writePcap, type FrameToWrite } from './write-capture.js';

const frame = fc.record({
  seconds: fc.integer({ min: 0, max: 0xffffffff }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
  bytes: fc.uint8Array({ maxLength: 90 }),
});

/** Everything a capture yields, copied out of the reused frame. */
function all(file: Uint8Array): (FrameToWrite & { linkType: number; origLen: number })[] {
  const capture = readCapture(file);
  const frames = [];
  for (const f of capture) {
    frames.push({
      seconds: f.seconds,
      nanoseconds: f.nanoseconds,
      bytes: Uint8Array.from(frameBytes(capture, f)),
      linkType: f.linkType,
      origLen: f.origLen,
    });
  }
  return frames;
}

function fault(file: Uint8Array): CaptureError {
  try {
    readCapture(file);
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
  throw new Error('expected a CaptureError, saw an open capture');
}

describe('pcap', () => {
  it('reads back what was written, in either byte order and either resolution', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.boolean(), fc.boolean(), (frames, bigEndian, nanoseconds) => {
        const file = writePcap(frames, { linkType: LINK.raw, bigEndian, nanoseconds });
        const cut = (ns: number) => (nanoseconds ? ns : Math.floor(ns / 1000) * 1000);
        expect(all(file)).toEqual(
          frames.map((f) => ({ ...f, nanoseconds: cut(f.nanoseconds), linkType: 101, origLen: f.bytes.length })),
        );
      }),
    );
  });

  it('counts what comes before the place where a file is cut off', () => {
    const frames = [1, 2, 3].map((seconds) => ({ seconds, nanoseconds: 0, bytes: new Uint8Array(40) }));
    const file = writePcap(frames, { linkType: LINK.ethernet });
    const inData = summarizeCapture(file.subarray(0, file.length - 5));
    expect(inData.info.frames).toBe(2);
    expect(inData.partial).toEqual({ atByte: 152, reason: 'a frame of 40 bytes is cut off after 35' });
    const inHeader = summarizeCapture(file.subarray(0, 24 + 56 + 9));
    expect(inHeader.info.frames).toBe(1);
    expect(inHeader.partial).toEqual({ atByte: 80, reason: 'a record header of 16 bytes is cut off after 9' });
  });

  it('stops at a frame length no packet can have', () => {
    const file = writePcap([{ seconds: 0, nanoseconds: 0, bytes: new Uint8Array(8) }], { linkType: LINK.ethernet });
    new DataView(file.buffer).setUint32(32, 262_145, true);
    expect(summarizeCapture(file).partial).toEqual({
      atByte: 32,
      reason: 'a frame length of 262145 bytes is above the limit of 262144',
    });
  });

  it('swaps the lengths of old files whose writers put the original length first', () => {
    const file = writePcap([{ seconds: 0, nanoseconds: 0, bytes: new Uint8Array(8), origLen: 60 }], {
      linkType: LINK.ethernet,
    });
    const view = new DataView(file.buffer);
    view.setUint16(6, 3, true);
    view.setUint32(32, 60, true);
    view.setUint32(36, 8, true);
    expect(all(file)).toMatchObject([{ origLen: 60, bytes: new Uint8Array(8) }]);
  });

  it('says what is wrong with a file nothing can be read from', () => {
    expect(fault(new Uint8Array(2)).message).toBe(
      'at byte 2: expected a capture file, saw 2 bytes; give a .pcap or .pcapng file',
    );
    expect(fault(Uint8Array.of(0x1f, 0x8b, 8, 0)).fault).toBe('compressed');
    expect(fault(Uint8Array.of(1, 2, 3, 4)).message).toBe(
      'at byte 0: expected the magic number of pcap or pcapng, saw 0x01020304; convert other formats with editcap',
    );
    expect(fault(writePcap([], { linkType: 1 }).subarray(0, 20)).fault).toBe('truncated');
  });
});

describe('pcapng', () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);

  it('reads sections of both byte orders, several interfaces, all packet blocks, and skips what it does not know', () => {
    const file = new PcapngBuilder()
      .section()
      .interface(LINK.ethernet)
      .interface(LINK.raw, { timeResolution: 9, offsetSeconds: -5 })
      .other(0x40000bad, bytes)
      // 1 700 000 000 s and 123 456 789 ns: 64 bits that a plain number would round.
      .packet(1, 0x17979cfe, 0x3d85cd15, bytes, 900)
      .packet(0, 0, 1_500_000, bytes)
      .section({ bigEndian: true })
      .interface(LINK.linuxSll, { snapLen: 3, timeResolution: 0x80 | 10 })
      .simplePacket(bytes.subarray(0, 3), 64)
      .oldPacket(0, 0, 1024 + 512, bytes)
      .bytes();
    expect(all(file)).toEqual([
      { seconds: 1_699_999_995, nanoseconds: 123_456_789, bytes, linkType: 101, origLen: 900 },
      { seconds: 1, nanoseconds: 500_000_000, bytes, linkType: 1, origLen: 5 },
      { seconds: 0, nanoseconds: 0, bytes: bytes.subarray(0, 3), linkType: 113, origLen: 64 },
      { seconds: 1, nanoseconds: 500_000_000, bytes, linkType: 113, origLen: 5 },
    ]);
  });

  it('stops at a packet of an interface that was never described, and names both', () => {
    const file = new PcapngBuilder().section().interface(1).packet(0, 0, 0, bytes).packet(7, 0, 0, bytes).bytes();
    const { info, partial } = summarizeCapture(file);
    expect(info.frames).toBe(1);
    expect(partial?.reason).toBe('a packet names interface 7 of 1');
  });

  it('does not count a frame whose block is damaged at its end', () => {
    const file = new PcapngBuilder().section().interface(1).packet(0, 0, 0, bytes).bytes();
    file[file.length - 4] = 0xff;
    const { info, partial } = summarizeCapture(file);
    expect(info.frames).toBe(0);
    expect(partial?.reason).toContain('the length at the end of a block is');
  });
});

describe('damaged files', () => {
  const good = [
    writePcap(
      [1, 2, 3].map((seconds) => ({ seconds, nanoseconds: 0, bytes: new Uint8Array(64).fill(0x45) })),
      { linkType: LINK.ethernet },
    ),
    new PcapngBuilder()
      .section()
      .interface(LINK.wifiRadiotap)
      .packet(0, 1, 2, new Uint8Array(64).fill(8))
      .simplePacket(new Uint8Array(64))
      .bytes(),
  ];

  function survives(file: Uint8Array): void {
    try {
      const { info } = summarizeCapture(file);
      expect(info.frames).toBeLessThanOrEqual(file.length);
    } catch (error) {
      expect(error).toBeInstanceOf(CaptureError);
    }
  }

  it('never lead to any error but a CaptureError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (file) => survives(file)));
    const change = fc.record({ at: fc.nat(400), value: fc.integer({ min: 0, max: 255 }) });
    const mutation = fc.tuple(fc.constantFrom(...good), fc.array(change, { maxLength: 6 }), fc.nat(400));
    fc.assert(
      fc.property(mutation, ([file, changes, keep]) => {
        const copy = Uint8Array.from(file);
        for (const { at, value } of changes) if (at < copy.length) copy[at] = value;
        survives(copy.subarray(0, keep));
        survives(copy);
      }),
      { numRuns: 2000 },
    );
  });
});

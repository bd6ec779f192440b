import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { WireReader } from './wire-reader.js';
import type { Tap } from './wire-reader.js';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** One protocol message, and whether it is for one of the taps. */
interface Said {
  readonly bytes: string;
  readonly tapped?: { readonly tap: number; readonly payload: string };
}

const SUBJECTS = ['f.data.member.1_01', 'f.data.member.1_011'];
const heads = SUBJECTS.map((subject, i) => `MSG ${subject} ${i + 7} `);

/** Payloads with everything in them that could be taken for a line. */
const payload = fc.oneof(
  fc.string({ unit: fc.constantFrom('M', 'S', 'G', ' ', '\r', '\n', '1', 'x'), maxLength: 60 }),
  fc.constantFrom('', `${heads[0]}5\r\nabc`, 'PING\r\n', 'x'.repeat(300)),
);

const said: fc.Arbitrary<Said> = fc.oneof(
  fc
    .record({ tap: fc.nat(1), reply: fc.constantFrom('', '_INBOX.a.b '), payload })
    .map(({ tap, reply, payload: p }) => ({
      bytes: `${heads[tap]}${reply}${p.length}\r\n${p}\r\n`,
      tapped: { tap, payload: p },
    })),
  // Another subject, another subscription of a tapped subject, headers, and lines without a payload.
  fc
    .record({ head: fc.constantFrom('MSG f.log 3 ', `MSG ${SUBJECTS[0]} 70 r `, 'MSG f.data.member.1_0 7 '), payload })
    .map(({ head, payload: p }) => ({ bytes: `${head}${p.length}\r\n${p}\r\n` })),
  fc
    .record({ payload })
    .map(({ payload: p }) => ({ bytes: `HMSG _INBOX.x 1 12 ${12 + p.length}\r\nNATS/1.0 503${p}\r\n` })),
  fc.constantFrom('PING\r\n', 'PONG\r\n', '+OK\r\n', "-ERR 'no'\r\n", 'INFO {"a":1}\r\n').map((bytes) => ({ bytes })),
);

describe('the reader of the wire', () => {
  it('gives taps their messages and the library all the rest, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(said, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }),
        fc.nat(3),
        (all, cuts, shift) => {
          const stream = text(all.map((s) => s.bytes).join(''));
          const heard: { tap: number; payload: string; aligned: boolean }[] = [];
          let others = '';
          const taps: Tap[] = heads.map((head, tap) => ({
            head: text(head),
            on: (bytes) => heard.push({ tap, payload: latin(bytes), aligned: bytes.byteOffset % 4 === 0 }),
          }));
          const reader = new WireReader(taps, (bytes) => (others += latin(bytes)));
          const buffer = new Uint8Array(128).subarray(shift);
          for (let at = 0, i = 0; at < stream.length; i++) {
            const piece = stream.subarray(at, at + (cuts[i % cuts.length] as number));
            buffer.fill(10);
            buffer.set(piece);
            reader.read(buffer, piece.length);
            at += piece.length;
          }
          expect(heard).toEqual(
            all.flatMap(({ tapped }) => (tapped === undefined ? [] : [{ ...tapped, aligned: true }])),
          );
          expect(others).toBe(
            all
              .filter((s) => s.tapped === undefined)
              .map((s) => s.bytes)
              .join(''),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leaves a subject to the library once its tap is gone', () => {
    const taps: Tap[] = [];
    let others = '';
    const reader = new WireReader(taps, (bytes) => (others += latin(bytes)));
    const heard: string[] = [];
    taps.push({
      head: text('MSG a 1 '),
      on: (bytes) => {
        heard.push(latin(bytes));
        taps.length = 0;
      },
    });
    const stream = text('MSG a 1 1\r\nx\r\nMSG a 1 1\r\ny\r\n');
    reader.read(stream, stream.length);
    expect(heard).toEqual(['x']);
    expect(others).toBe('MSG a 1 1\r\ny\r\n');
  });
});

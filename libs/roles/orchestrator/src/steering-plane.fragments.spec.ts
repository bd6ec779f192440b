import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@rehearsal/protocol';
import { given, packet, table } from './testing/plane.js';
import type { Arrival } from './testing/plane.js';

const [FIRST, LATER] = [0x2000, 0x2001];
const PORTS = new Int32Array(new Uint8Array([0x9c, 0x40, 0, 53]).buffer)[0] as number;

/** A fragment of datagram `id` between the hosts of `packet`. */
function piece(tag: number, id: number, field: number): Arrival {
  const words = packet(tag);
  const view = new DataView(words.buffer);
  view.setUint16(4, id);
  view.setUint16(6, field);
  return [tag, words, 32];
}

describe('the steering plane, with fragments', () => {
  it('hands later fragments to the member of the first one, with its ports', () => {
    const { log, arrive, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(piece(11, 7, FIRST), piece(12, 7, LATER));
    arrive(piece(13, 7, LATER), 14);
    expect(log).toEqual(['1_01 #1 =11', `1_01 #2 =12 ports ${PORTS}`, `1_01 #3 =13 ports ${PORTS}`, '1_01 #4 =14']);
  });

  it('holds those that come first, and sends them after the first one', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(piece(11, 7, LATER), piece(12, 8, LATER), 13);
    expect(log).toEqual(['1_01 #1 =13']);
    arrive(piece(14, 7, FIRST), 15);
    expect(log.slice(1)).toEqual(['1_01 #2 =14', '1_01 #3 =15', `1_01 #4 =11 ports ${PORTS}`]);
    answer({ 1: 0, 2: 0, 3: 0, 4: 0 });
    expect(left).toEqual(['13 delivered', '14 delivered', '15 delivered', '11 delivered']);
  });

  it('sends them again with their ports when the member is lost', () => {
    const { log, left, arrive, answer, table: fold } = given('lossless');
    fold(table(5, 1, 5));
    arrive(piece(11, 7, LATER));
    arrive(piece(12, 7, FIRST), piece(13, 7, LATER));
    expect(log).toHaveLength(3);
    fold(table(6, 2, 6, [1]));
    expect(log.slice(3)).toEqual(['1_02 #1 =12', `1_02 #2 =13 ports ${PORTS}`, `1_02 #3 =11 ports ${PORTS}`]);
    answer({ 1: 0, 2: 0, 3: 0 });
    expect(left).toEqual(['12 delivered', '13 delivered', '11 delivered']);
  });

  it('names those whose first one does not come, and those it has no room for', () => {
    const { left, at, arrive, table: fold, plane } = given('lossless', { 'frag.maxHeld': 1 });
    fold(table(5, 1, 5));
    arrive(piece(11, 7, LATER), piece(12, 8, LATER));
    expect(left).toEqual(['12 fragment_overflow']);
    at(1999);
    plane.expireFragments();
    expect(left).toHaveLength(1);
    at(2000);
    plane.expireFragments();
    expect(left).toEqual(['12 fragment_overflow', '11 fragment_timeout']);
  });

  it('does with them as with a first one that is damaged', () => {
    for (const other of ['pass', 'drop']) {
      const { log, left, arrive, table: fold } = given('lossless', { 'policy.other': other });
      fold(table(5, 1, 5));
      const damaged = piece(12, 7, FIRST) as [number, Int32Array, number];
      new Uint8Array(damaged[1].buffer)[9] = 6;
      const before = piece(11, 7, LATER) as [number, Int32Array, number];
      const after = piece(13, 7, LATER) as [number, Int32Array, number];
      for (const [, words] of [before, after]) new Uint8Array(words.buffer)[9] = 6;
      arrive(before, damaged, after);
      const word = other === 'pass' ? 'delivered' : 'malformed';
      expect([log, left]).toEqual([[], [`12 ${word}`, `13 ${word}`, `11 ${word}`]]);
    }
  });

  it('names all that find no room, held ones too', () => {
    const { left, arrive, table: fold } = given('lossless', { 'hold.maxPackets': 1 });
    fold(table(5, 1, 5));
    arrive(piece(1, 7, LATER));
    for (let tag = 2; tag <= 1030; tag++) arrive(tag);
    arrive(piece(2000, 7, FIRST));
    expect(left.slice(-2)).toEqual(['2000 hold_overflow', '1 hold_overflow']);
  });

  it('forgets them with everything else', () => {
    const { left, at, arrive, answer, log, table: fold, plane } = given('lossless');
    fold(table(5, 1, 5));
    arrive(piece(11, 7, LATER));
    plane.clear();
    at(5000);
    plane.expireFragments();
    arrive(piece(12, 7, FIRST));
    answer({ 1: REASONS.nack });
    expect([left, log]).toEqual([[], ['1_01 #1 =12', '1_01 #1 =12']]);
  });
});

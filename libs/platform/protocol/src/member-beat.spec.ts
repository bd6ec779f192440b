import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { HEADER_WORDS } from './frames.js';
import type { MemberBeat } from './member-beat.js';
import { BEAT, BEAT_WORDS, hashWords, readMemberBeat, writeMemberBeat } from './member-beat.js';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const beats: fc.Arbitrary<MemberBeat> = fc
  .record({
    state: fc.constantFrom(...Object.values(BEAT)),
    connections: fc.nat(),
    problems: int32,
    drained: fc.boolean(),
    cpuPercent: fc.integer({ min: 0, max: 100 }),
    ready: fc.tuple(int32, int32),
    spreadReady: fc.boolean(),
    rank: fc.integer({ min: 0, max: 1_000_000 }),
    mixes: fc.boolean(),
  })
  .map((beat) => (beat.rank === 0 ? { ...beat, mixes: false } : beat));

describe("a member's heartbeat", () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(beats, (beat) => {
        const words = new Int32Array(HEADER_WORDS + BEAT_WORDS);
        const written = writeMemberBeat(words, beat);
        // What is not there just now takes no room in the most frequent of all messages.
        expect(written).toBe(HEADER_WORDS + BEAT_WORDS - (beat.rank > 0 ? 0 : beat.spreadReady ? 1 : 2));
        expect(readMemberBeat(words.subarray(0, written))).toEqual(beat);
      }),
    );
  });

  it('is not read from a frame that is too short, or says what nobody says', () => {
    const words = new Int32Array(HEADER_WORDS + BEAT_WORDS);
    expect(readMemberBeat(words.subarray(0, -3))).toBeUndefined();
    for (const state of [-1, 5]) {
      words[HEADER_WORDS] = state;
      expect(readMemberBeat(words)).toBeUndefined();
    }
  });

  it('names a policy by the first 64 bits of its hash', () => {
    expect(hashWords('00000001ffffffff' + '0'.repeat(48))).toEqual([1, -1]);
    expect(hashWords('')).toEqual([0, 0]);
  });
});

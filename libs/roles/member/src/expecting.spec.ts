import { describe, expect, it } from '@jest/globals';
import { Expectations } from '@rehearsal/dataplane';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import { Expecting, type ExpectingParts } from './expecting.js';

const [HELD, OTHER] = [5, 7];
const NEWCOMER = 4;
const PORT = 40_056;

/** A member that is active or backup of slot 5 alone; what it tells, by whom and for which slots. */
function given() {
  const told: string[] = [];
  const wayTo = (member: number) => ({
    send: (type: number, words: Int32Array, count: number) => {
      const homes = [];
      for (let at = HEADER_WORDS; at < count; at += 6) homes.push(words[at + 2]);
      told.push(`${type === FRAME.expect ? 'expect' : type} of ${homes.join()} to ${member}`);
    },
  });
  const expecting = new Expecting({
    rt: { nowMs: () => 0, count: () => {} },
    connections: { relative: (ms: number) => ms },
    expectations: new Expectations(),
    wayTo,
    holds: (slot: number) => slot === HELD,
  } as unknown as ExpectingParts);
  /** A member says, under a version of the table, what is expected at a port for each home. */
  const hear = (version: number, ...homes: readonly number[]): void => {
    const words = new Int32Array(HEADER_WORDS);
    words[HEADER_WORDS - 3] = version;
    const records = homes.flatMap((home) => [home, PORT | (17 << 16), home, 0, 2, 60_000]);
    const frame = Int32Array.from([...words, ...records]);
    expecting.hear(frame);
    expecting.passOn(frame);
  };
  return { expecting, told, hear };
}

describe('what connections expect', () => {
  it('is told to who joins by those who are active or backup where it is at home', () => {
    const { expecting, told, hear } = given();
    hear(9, HELD, OTHER);
    expect(told).toEqual([]);
    expecting.tell(NEWCOMER, 10);
    expect(told).toEqual([`expect of ${HELD} to ${NEWCOMER}`]);
  });

  it('is passed on to who had joined when another said it and did not know', () => {
    const { expecting, told, hear } = given();
    expecting.tell(NEWCOMER, 10);
    hear(10, HELD);
    expect(told).toEqual([]);
    hear(9, HELD, OTHER);
    expect(told).toEqual([`expect of ${HELD} to ${NEWCOMER}`]);
  });

  it('is passed on to nobody by a life that is over', () => {
    const { expecting, told, hear } = given();
    expecting.tell(NEWCOMER, 10);
    expecting.clear();
    hear(9, HELD);
    expect(told).toEqual([]);
  });
});

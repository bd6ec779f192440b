import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  ENTRY_WORDS,
  FORWARD,
  INITIATOR_B,
  LEG_SLOT,
  LEG_WORDS,
  STATE_SHIFT,
  SYNC,
  SYNC_SHIFT,
  TWO_LEGS,
} from './connection-entry.js';
import { ConnectionTable, NONE } from './connection-table.js';
import {
  APPLY,
  DELTA_ENTRY_MAX_WORDS,
  DELTA_ENTRY_WORDS,
  DELTA_HEAD_WORDS,
  DeltaReader,
  endOfEntry,
  slotOfEntry,
  writeDeltaHead,
  writeEntry,
} from './deltas.js';
import { connectionHash } from './steering.js';
import { noteChange, sent, takeToSend } from './sync-decision.js';
import { STATE } from './tcp.js';

const BASE_MS = 1_790_000_000_000;
const SLOTS = 512;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

const newTable = (baseMs = BASE_MS, capacity = 16) => new ConnectionTable({ capacity, slots: SLOTS, baseMs });
/** The words of an entry that its peers share, bookkeeping left out: key, place, times, marks, counters. */
const shared = (t: ConnectionTable, i: number) => {
  const at = i * ENTRY_WORDS;
  return [...t.words.subarray(at, at + 3), ...t.words.subarray(at + 4, at + 9), ...t.words.subarray(at + 10, at + 12)];
};
const find = (t: ConnectionTable, a: number, b: number, ports: number, proto = 6) =>
  t.find(connectionHash(a, b, ports, proto & 0xff), a, b, ports, proto);
const findForward = (t: ConnectionTable, slot: number) =>
  t.findForward(connectionHash(10, 11, 7, 6), 10, 11, 7, 6, slot);

function add(t: ConnectionTable, a: number, state: number = STATE.established): number {
  const bits = (state << STATE_SHIFT) | (SYNC.strict << SYNC_SHIFT) | INITIATOR_B;
  return t.insert(connectionHash(a, a + 1, 7, 6), a, a + 1, 7, 6, bits, 5, 9, 100);
}

function frameOf(t: ConnectionTable, ...indexes: number[]): Int32Array {
  const words = new Int32Array(DELTA_HEAD_WORDS + DELTA_ENTRY_MAX_WORDS * indexes.length);
  writeDeltaHead(t, words, 0);
  let end = DELTA_HEAD_WORDS;
  for (const index of indexes) end = writeEntry(t, index, words, end);
  return words.subarray(0, end);
}

function receive(t: ConnectionTable, words: Int32Array): number[] {
  const reader = new DeltaReader(t);
  const count = reader.open(words, 0, words.length);
  let at = DELTA_HEAD_WORDS;
  return Array.from({ length: Math.max(count, 0) }, () => {
    const applied = reader.apply(words, at);
    at = endOfEntry(words, at);
    return applied;
  });
}

describe('sync deltas', () => {
  it('carry an entry whole, and applied twice change nothing more', () => {
    const entry = fc.record({
      a: int32,
      b: int32,
      ports: int32,
      slot: fc.nat(SLOTS - 1),
      rule: fc.nat(32767),
      state: fc.integer({ min: 1, max: 8 }),
      sync: fc.nat(2),
      created: int32,
      seen: int32,
      numbers: fc.array(int32, { minLength: 2, maxLength: 2 }),
      shift: fc.integer({ min: -(2 ** 30), max: 2 ** 30 }),
    });
    fc.assert(
      fc.property(entry, (e) => {
        fc.pre(e.a < e.b);
        const from = newTable();
        from.marks.setIncarnation(0, 0xfffffff0);
        from.marks.setIncarnation(1, 77);
        const bits = (e.state << STATE_SHIFT) | (e.sync << SYNC_SHIFT);
        const index = from.insert(
          connectionHash(e.a, e.b, e.ports, 6),
          e.a,
          e.b,
          e.ports,
          6,
          bits,
          e.slot,
          e.rule,
          e.created,
        );
        from.apply(index, e.state, true, 0, e.numbers[0] as number, e.seen);
        from.apply(index, e.state, false, 1, e.numbers[1] as number, e.seen);

        const to = newTable(BASE_MS - e.shift);
        const words = frameOf(from, index);
        expect(slotOfEntry(words, DELTA_HEAD_WORDS)).toBe(e.slot);
        expect(receive(to, words)).toEqual([APPLY.stored]);
        const copy = find(to, e.a, e.b, e.ports);
        const expected = shared(from, index);
        expected[4] = ((expected[4] as number) + e.shift) | 0;
        expected[5] = ((expected[5] as number) + e.shift) | 0;
        expect(shared(to, copy)).toEqual(expected);
        expect([to.stateOf(copy), to.syncOf(copy), to.slotOf(copy), to.ruleOf(copy)]).toEqual([
          e.state,
          e.sync,
          e.slot,
          e.rule,
        ]);
        expect([...to.marks.incarnations]).toEqual([0xfffffff0, 77]);
        expect([
          to.marks.covers(copy, 0, e.numbers[0] as number, false),
          to.marks.covers(copy, 1, (e.numbers[1] as number) + 1, false),
        ]).toEqual([true, false]);

        const before = to.words.slice();
        expect(receive(to, words)).toEqual([APPLY.stored]);
        expect(to.words).toEqual(before);
        expect(to.size).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('let the later word win', () => {
    const from = newTable();
    from.marks.setIncarnation(0, 1);
    const index = add(from, 10, STATE.synSent);
    const early = frameOf(from, index);
    from.apply(index, STATE.established, true, 0, 1, 200);
    const late = frameOf(from, index);
    const to = newTable();
    expect([...receive(to, early), ...receive(to, late)]).toEqual([0, 0]);
    const copy = find(to, 10, 11, 7);
    expect([to.stateOf(copy), shared(to, copy)]).toEqual([STATE.established, shared(from, index)]);
  });

  it('carry the end of a connection, and a new one of the same ends after it', () => {
    const from = newTable();
    const to = newTable();
    const old = add(from, 10);
    receive(to, frameOf(from, old));
    from.toSend.add(old);
    sent(from, takeToSend(from, 0, 0), true);
    from.remove(old, true);
    const doomed = takeToSend(from, 0, 0);
    expect(doomed).toBe(old);
    const end = frameOf(from, doomed);
    const next = add(from, 10, STATE.synSent);
    expect([...receive(to, end), ...receive(to, end)]).toEqual([APPLY.removed, APPLY.absent]);
    expect(find(to, 10, 11, 7)).toBe(NONE);
    receive(to, frameOf(from, next));
    expect(to.stateOf(find(to, 10, 11, 7))).toBe(STATE.synSent);
  });

  it('count marks only of the incarnation that counts here', () => {
    const from = newTable();
    from.marks.setIncarnation(0, 5);
    const index = add(from, 10);
    from.apply(index, STATE.established, true, 0, 50, 100);
    const words = frameOf(from, index);
    const marks = (incarnation: number) => {
      const to = newTable();
      to.marks.setIncarnation(0, incarnation);
      receive(to, words);
      return [to.marks.covers(find(to, 10, 11, 7), 0, 50, false), to.marks.incarnations[0]];
    };
    expect([marks(4), marks(5), marks(6)]).toEqual([
      [true, 5],
      [true, 5],
      [false, 6],
    ]);
  });

  it('take back a mark that the sender does not have', () => {
    const from = newTable();
    from.marks.setIncarnation(0, 1);
    const index = add(from, 10);
    const to = newTable();
    const covered = () => to.marks.covers(find(to, 10, 11, 7), 0, 50, false);
    from.marks.set(index, 0, 50, false);
    receive(to, frameOf(from, index));
    expect(covered()).toBe(true);
    from.marks.clear(index, 0, false);
    receive(to, frameOf(from, index));
    expect(covered()).toBe(false);
  });

  it('say that the table is full', () => {
    const from = newTable();
    const to = newTable(BASE_MS, 1);
    expect(receive(to, frameOf(from, add(from, 10), add(from, 20)))).toEqual([APPLY.stored, APPLY.table_full]);
  });

  it.each([
    ['ends in the wrong order', 0, 12, APPLY.refused_key],
    ['a bit nobody knows', 3, (1 << 28) | 6 | (3 << 8), APPLY.refused_bits],
    ['no state', 3, 6, APPLY.refused_state],
    ['a UDP state for TCP', 3, 6 | (STATE.udpSent << 8), APPLY.refused_state],
    ['a TCP state for UDP', 3, 17 | (STATE.established << 8), APPLY.refused_state],
    ['a slot beyond the table', 4, SLOTS, APPLY.refused_slot],
  ])('refuse %s', (_name, word, value, refusal) => {
    const from = newTable();
    const words = frameOf(from, add(from, 10));
    words[DELTA_HEAD_WORDS + word] = value;
    const to = newTable();
    expect([receive(to, words), to.size]).toEqual([[refusal], 0]);
  });

  it('carry second words, their marks, and stand beside the forwarding entry of the same ends', () => {
    const from = newTable();
    from.marks.setIncarnation(0, 3);
    const bits = (STATE.established << STATE_SHIFT) | (SYNC.strict << SYNC_SHIFT);
    const insert = (kind: number, slot: number) => {
      const index = from.insert(connectionHash(10, 11, 7, 6), 10, 11, 7, 6, bits | kind, slot, 9, 100);
      from.legs.set([1, 2, 3, 500 - slot], index * LEG_WORDS);
      return index;
    };
    const [home, forward] = [insert(TWO_LEGS, 5), insert(FORWARD, 6)];
    from.marks.set(home, 0, 40, false);
    from.marks.set(home, 0, 50, true);
    const to = newTable();
    expect(receive(to, frameOf(from, home, forward))).toEqual([APPLY.stored, APPLY.stored]);
    const [copy, way] = [find(to, 10, 11, 7), findForward(to, 6)];
    expect([to.slotOf(copy), to.legSlotOf(copy), to.slotOf(way), to.legSlotOf(way), to.forwards]).toEqual([
      5, 495, 6, 494, 1,
    ]);
    const covered = (n: number, otherLeg: boolean) => to.marks.covers(copy, 0, n, otherLeg);
    expect([covered(40, false), covered(41, false), covered(50, true), covered(51, true)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(to.legs[copy * LEG_WORDS + LEG_SLOT]).toBe(495);
  });

  it('put a forwarding entry beside one of the same ends in another slot, and take out the one they mean', () => {
    const from = newTable();
    const bits = FORWARD | (STATE.established << STATE_SHIFT) | (SYNC.strict << SYNC_SHIFT);
    const insert = (t: ConnectionTable, slot: number) => {
      const index = t.insert(connectionHash(10, 11, 7, 6), 10, 11, 7, 6, bits, slot, 0, 100);
      t.legs.set([10, 11, 7, 300], index * LEG_WORDS);
      return index;
    };
    const to = newTable();
    const answers = insert(to, 15);
    const own = insert(from, 103);
    expect(receive(to, frameOf(from, own))).toEqual([APPLY.stored]);
    expect([findForward(to, 15), to.slotOf(findForward(to, 103)), findForward(to, 104), to.forwards]).toEqual([
      answers,
      103,
      NONE,
      2,
    ]);
    noteChange(from, own, 100, 0);
    sent(from, takeToSend(from, 0, 0), true);
    from.remove(own, true);
    expect(receive(to, frameOf(from, takeToSend(from, 0, 0)))).toEqual([APPLY.removed]);
    expect([findForward(to, 15), findForward(to, 103), to.forwards]).toEqual([answers, NONE, 1]);
  });

  it('move a connection that began anew in another slot, and end only the one that is meant', () => {
    const from = newTable();
    const index = add(from, 10);
    noteChange(from, index, 0, 0);
    const words = frameOf(from, takeToSend(from, 0, 0));
    sent(from, index, true);
    const to = newTable();
    receive(to, words);
    words[DELTA_HEAD_WORDS + 4] = 6;
    expect([receive(to, words), to.slotOf(find(to, 10, 11, 7)), to.sizeOfSlot[5], to.size]).toEqual([
      [APPLY.stored],
      6,
      0,
      1,
    ]);
    from.remove(index, true);
    const end = frameOf(from, takeToSend(from, 0, 0));
    expect([receive(to, end), to.sizeOfSlot[6]]).toEqual([[APPLY.absent], 1]);
    end[DELTA_HEAD_WORDS + 4] = 6;
    expect([receive(to, end), to.size]).toEqual([[APPLY.removed], 0]);
  });

  it('are whole entries behind a head, within the words', () => {
    const reader = new DeltaReader(newTable());
    const words = new Int32Array(40);
    const open = (at: number, end: number) => reader.open(words, at, end);
    expect([open(0, 4), open(0, 15), open(0, 26), open(3, 29)]).toEqual([0, 1, 2, 2]);
    expect([open(0, 3), open(0, 16), open(0, 48), open(-1, 14), open(10, 4)]).toEqual([-1, -1, -1, -1, -1]);
  });

  it('made of anything never break the table', () => {
    const garbage = fc.array(
      fc.oneof(int32, fc.integer({ min: -1, max: 7 }), fc.constantFrom(0x306, 0x911, 0x20000306)),
      {
        minLength: DELTA_HEAD_WORDS + 3 * DELTA_ENTRY_WORDS,
        maxLength: DELTA_HEAD_WORDS + 3 * DELTA_ENTRY_WORDS,
      },
    );
    const known = Object.values(APPLY) as number[];
    const to = newTable();
    fc.assert(
      fc.property(garbage, (numbers) => {
        for (const verdict of receive(to, Int32Array.from(numbers))) expect(known).toContain(verdict);
        let listed = 0;
        for (let slot = 0; slot < SLOTS; slot++) {
          for (let i = to.firstOf(slot); i !== NONE; i = to.nextOf(i)) {
            expect(to.isLive(i) && to.slotOf(i) === slot).toBe(true);
            listed++;
          }
        }
        expect(listed).toBe(to.size);
      }),
      { numRuns: 500 },
    );
    expect(to.size).toBeGreaterThan(0);
  });
});

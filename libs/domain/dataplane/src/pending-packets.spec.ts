import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PENDING, PendingPackets } from './pending-packets.js';

const SLOTS = 4;
/** So large that some ten packets fill the room laid out at first, and some forty all there may be. */
const PACKET_WORDS = 1500;

interface Model {
  readonly number: number;
  readonly slot: number;
  readonly value: number;
  state: number;
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      what: fc.constant('frame' as const),
      slots: fc.array(fc.nat(SLOTS - 1), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({ what: fc.constantFrom('send' as const, 'refuse' as const, 'settle' as const), at: fc.nat(30) }),
  ),
  { maxLength: 200 },
);

describe('pending packets', () => {
  it('keep arrival order per slot, every byte, and every count, whatever is sent, refused or settled', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const pending = new PendingPackets(64, 40 * PACKET_WORDS, SLOTS);
        let model: Model[] = [];
        let value = 0;
        for (const step of history) {
          if (step.what === 'frame') {
            const frame = new Int32Array(step.slots.length * PACKET_WORDS);
            const values = step.slots.map(() => ++value);
            values.forEach((v, i) => frame.fill(v, i * PACKET_WORDS, (i + 1) * PACKET_WORDS));
            const base = pending.takeFrame(frame, 0);
            if (base < 0) continue;
            step.slots.forEach((slot, i) => {
              const number = pending.add(values[i] as number, 4, slot, base + i * PACKET_WORDS);
              if (number !== 0) model.push({ number, slot, value: values[i] as number, state: PENDING.waiting });
            });
            pending.closeFrame();
          } else {
            const packet = model[step.at % Math.max(1, model.length)];
            if (packet === undefined) continue;
            if (step.what === 'settle') {
              pending.settle(packet.number);
              model = model.filter((m) => m !== packet);
            } else if (step.what === 'send') {
              pending.markOutstanding(packet.number, 1, 1);
              packet.state = PENDING.outstanding;
            } else {
              pending.markWaiting(packet.number);
              packet.state = PENDING.waiting;
            }
          }
        }
        expect(pending.size).toBe(model.length);
        for (let slot = 0; slot < SLOTS; slot++) {
          const mine = model.filter((m) => m.slot === slot);
          const seen: number[] = [];
          for (let n = pending.firstOf(slot); n !== 0; n = pending.nextOf(n)) {
            if (pending.stateOf(n) !== PENDING.none) seen.push(n);
          }
          expect(seen).toEqual(mine.map((m) => m.number));
          expect(pending.waitingOf[slot]).toBe(mine.filter((m) => m.state === PENDING.waiting).length);
          expect(pending.outstandingOf[slot]).toBe(mine.filter((m) => m.state === PENDING.outstanding).length);
        }
        for (const m of model) {
          const at = pending.atOf(m.number);
          expect([pending.arena[at], pending.arena[at + PACKET_WORDS - 1]]).toEqual([m.value, m.value]);
          expect(pending.tagOf(m.number)).toBe(m.value);
        }
      }),
    );
  });

  it('stay as small as what is pending, however much passes through', () => {
    const pending = new PendingPackets(64, 1 << 24, SLOTS);
    const frame = new Int32Array(5_000);
    const takeOne = (): number => {
      const number = pending.add(1, 4, 0, pending.takeFrame(frame, 0));
      pending.closeFrame();
      return number;
    };
    let last = takeOne();
    const before = pending.arena.length;
    for (let round = 0; round < 100; round++) {
      const next = takeOne();
      pending.settle(last);
      last = next;
    }
    expect(pending.arena.length).toBe(before);
  });

  it('keep what lies on both sides of the end when the room has to grow', () => {
    const pending = new PendingPackets(64, 1 << 24, SLOTS);
    const taken: { number: number; value: number }[] = [];
    const take = (value: number): void => {
      const number = pending.add(value, 4, 0, pending.takeFrame(new Int32Array(5_000).fill(value), value));
      pending.closeFrame();
      taken.push({ number, value });
    };
    for (const value of [1, 2, 3]) take(value);
    for (const { number } of taken.splice(0, 2)) pending.settle(number);
    const before = pending.arena.length;
    for (const value of [4, 5, 6, 7]) take(value);
    expect(pending.arena.length).toBeGreaterThan(before);
    for (const { number, value } of taken) {
      const at = pending.atOf(number);
      expect([pending.arena[at], pending.arena[at + 4_999], pending.takenAtMs(number)]).toEqual([value, value, value]);
    }
    const first = taken.map(({ number }) => number)[0] as number;
    pending.settle(first);
    take(8);
    expect(taken.slice(1).map(({ number }) => pending.arena[pending.atOf(number)])).toEqual([4, 5, 6, 7, 8]);
  });

  it('refuse a frame that would overwrite what is still pending, and take it once that is settled', () => {
    const pending = new PendingPackets(64, 16, SLOTS);
    const base = pending.takeFrame(new Int32Array(10), 0);
    const number = pending.add(1, 4, 0, base);
    pending.closeFrame();
    expect(pending.takeFrame(new Int32Array(10), 0)).toBe(-1);
    pending.settle(number);
    expect(pending.takeFrame(new Int32Array(10), 0)).toBeGreaterThanOrEqual(0);
  });

  it('find room for as many frames and words as there may be, and keep bytes, tags and times while they do', () => {
    const FRAMES = 1_000;
    const WORDS = 100;
    const pending = new PendingPackets(2 * FRAMES, FRAMES * WORDS, SLOTS);
    const numbers: number[] = [];
    for (let frame = 0; frame < FRAMES; frame++) {
      const base = pending.takeFrame(new Int32Array(WORDS).fill(frame), frame);
      numbers.push(pending.add(frame, 4, frame % SLOTS, base + WORDS - 1));
      pending.closeFrame();
    }
    expect(pending.takeFrame(new Int32Array(1), FRAMES)).toBe(-1);
    expect(numbers.map((n) => [pending.arena[pending.atOf(n)], pending.tagOf(n), pending.takenAtMs(n)])).toEqual(
      numbers.map((_, frame) => [frame, frame, frame]),
    );
    for (const number of numbers.slice(0, 2)) pending.settle(number);
    expect(pending.takeFrame(new Int32Array(WORDS), FRAMES)).toBe(0);
  });

  it('begin again at the first place once nothing is pending, and know each frame by its own time', () => {
    const pending = new PendingPackets(64, 1 << 20, SLOTS);
    const takeOne = (atMs: number): number => {
      const number = pending.add(1, 4, 0, pending.takeFrame(new Int32Array(8), atMs));
      pending.closeFrame();
      return number;
    };
    for (let round = 0; round < 600; round++) {
      const [first, second] = [takeOne(2 * round), takeOne(2 * round + 1)];
      expect([pending.atOf(first), pending.takenAtMs(first)]).toEqual([0, 2 * round]);
      expect([pending.atOf(second), pending.takenAtMs(second)]).toEqual([8, 2 * round + 1]);
      pending.settle(first);
      pending.settle(second);
    }
  });
});

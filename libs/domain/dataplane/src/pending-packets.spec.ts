import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PENDING, PendingPackets } from './pending-packets.js';

const SLOTS = 4;

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
        const pending = new PendingPackets(64, 256, SLOTS);
        let model: Model[] = [];
        let value = 0;
        for (const step of history) {
          if (step.what === 'frame') {
            const frame = Int32Array.from(step.slots, () => ++value);
            const base = pending.takeFrame(frame, 0);
            if (base < 0) continue;
            step.slots.forEach((slot, i) => {
              const number = pending.add(frame[i] as number, 4, slot, base + i);
              if (number !== 0) model.push({ number, slot, value: frame[i] as number, state: PENDING.waiting });
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
          expect(pending.arena[pending.atOf(m.number)]).toBe(m.value);
          expect(pending.tagOf(m.number)).toBe(m.value);
        }
      }),
    );
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

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TimerWheel } from './timer-wheel.js';

describe('a timer wheel', () => {
  it('fires each timer in the first whole ms at or after its time, in order', () => {
    const wheel = new TimerWheel(5);
    const fired: [number, number][] = [];
    wheel.set(0, 3000);
    wheel.set(1, 2001);
    wheel.set(2, 3000);
    wheel.set(3, 0);
    wheel.set(4, 9_000_000);
    for (let ms = 1; ms <= 9000; ms++) wheel.advance(ms, (owner) => fired.push([ms, owner]));
    expect(fired).toEqual([
      [1, 3],
      [3, 0],
      [3, 1],
      [3, 2],
      [9000, 4],
    ]);
    expect(wheel.size).toBe(0);
  });

  it('does not fire a timer that another one of the same ms cancelled or moved', () => {
    const wheel = new TimerWheel(3);
    const fired: number[] = [];
    for (const owner of [0, 1, 2]) wheel.set(owner, 1000);
    wheel.advance(1, (owner) => {
      fired.push(owner);
      wheel.cancel(1);
      wheel.set(2, 5000);
    });
    wheel.advance(5, (owner) => fired.push(owner));
    expect(fired).toEqual([0, 2]);
  });

  it('agrees with a list of times under any settings and cancellations', () => {
    const action = fc.record({ owner: fc.nat(7), dueMs: fc.nat(9000), cancel: fc.boolean(), step: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const wheel = new TimerWheel(8);
        const due = new Map<number, number>();
        let ms = 0;
        for (const { owner, dueMs, cancel, step } of actions) {
          if (cancel) {
            wheel.cancel(owner);
            due.delete(owner);
          } else {
            wheel.set(owner, dueMs * 1000);
            due.set(owner, Math.max(dueMs, ms + 1));
          }
          const until = ms + step;
          const fired: number[] = [];
          wheel.advance(until, (o) => fired.push(o));
          const expected = [...due].filter(([, at]) => at <= until);
          for (const [o] of expected) due.delete(o);
          const rising = (a: number, b: number): number => a - b;
          expect(fired.toSorted(rising)).toEqual(expected.map(([o]) => o).toSorted(rising));
          expect(wheel.size).toBe(due.size);
          ms = until;
        }
      }),
    );
  });
});

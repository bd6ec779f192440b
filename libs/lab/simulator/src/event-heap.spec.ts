import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EventHeap, Happening } from './event-heap.js';

class Mark extends Happening {
  readonly name: number;
  constructor(name: number) {
    super();
    this.name = name;
  }
  happen(): void {}
}

describe('the event heap', () => {
  it('gives everything back by time, and by the order of planning where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), (plans) => {
        const heap = new EventHeap();
        const expected: { at: number; name: number }[] = [];
        const taken: number[] = [];
        const planned: { at: number; name: number }[] = [];
        let nowUs = 0;
        const take = (): void => {
          const mark = heap.take() as Mark;
          nowUs = mark.timeUs;
          taken.push(mark.name);
          planned.sort((a, b) => a.at - b.at || a.name - b.name);
          expected.push(planned.shift()!);
        };
        for (const [name, [delay, takeOne]] of plans.entries()) {
          heap.plan(new Mark(name), nowUs + delay);
          planned.push({ at: nowUs + delay, name });
          if (takeOne) take();
        }
        while (heap.size > 0) take();
        expect(taken).toEqual(expected.map((e) => e.name));
        expect(heap.nextUs).toBe(Infinity);
      }),
    );
  });

  it('gives what was planned anew by its new times', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.option(fc.nat(20)))), (plans) => {
        const heap = new EventHeap();
        const marks = plans.map(([at], name) => {
          const mark = new Mark(name);
          heap.plan(mark, at);
          return mark;
        });
        const changed = marks.flatMap((mark, i) => (plans[i]![1] === null ? [] : [[mark, plans[i]![1]] as const]));
        heap.replan(new Map(changed));
        const expected = plans.map(([at, other], name) => ({ at: other ?? at, name }));
        expected.sort((a, b) => a.at - b.at || a.name - b.name);
        const taken: { at: number; name: number }[] = [];
        while (heap.size > 0) {
          const mark = heap.take() as Mark;
          taken.push({ at: mark.timeUs, name: mark.name });
        }
        expect(taken).toEqual(expected);
      }),
    );
  });
});

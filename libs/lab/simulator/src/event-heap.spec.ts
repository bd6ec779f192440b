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
});

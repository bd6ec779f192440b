import { describe, expect, it } from '@jest/globals';
import { pay, specification, till, weigh } from './testing.js';

describe('a specification', () => {
  it('holds for exactly the decided events, in order', () => {
    const given = specification(till).given([{ type: 'Paid', amount: 2, total: 2 }]);
    given.when(pay('p1', 3)).then([{ type: 'Paid', amount: 3, total: 5 }]);
    given.when(weigh('w1', 0)).then([]);
    expect(given.state.total).toBe(2);
    expect(() => given.when(pay('p1', 3)).then([{ type: 'Paid', amount: 3, total: 6 }])).toThrow('toStrictEqual');
    expect(() => given.when(pay('p1', 3)).then([])).toThrow('toStrictEqual');
    const more = [{ type: 'Paid', amount: 3, total: 5, extra: 1 }] as never;
    expect(() => given.when(pay('p1', 3)).then(more)).toThrow('toStrictEqual');
  });

  it('fails for machines that change what they are given', () => {
    const greedy = { ...till, decide: (state: { total: number }) => ((state.total = 1), []) };
    expect(() =>
      specification(greedy as never)
        .given([])
        .when(pay('p1') as never),
    ).toThrow(TypeError);
    const sloppy = { ...till, evolve: (state: { total: number }) => ((state.total = 1), state) };
    expect(() => specification(sloppy as never).given([{ type: 'Closed' } as never])).toThrow(TypeError);
  });

  it('fails for machines whose state cannot be written down, or decides otherwise once read back', () => {
    const fractional = { ...till, initial: { ...till.initial, total: 0.5 } };
    expect(() => specification(fractional).given([]).when(weigh('w', 1))).toThrow('expected an integer');
    const ordered = {
      ...till,
      initial: { zebra: 1, apple: 1 },
      decide: (state: object) => [{ type: Object.keys(state)[0]! }],
    };
    expect(() =>
      specification(ordered as never)
        .given([])
        .when(pay('p1') as never),
    ).toThrow('toBe');
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Input } from './machine.js';
import { checkBy, principalOf } from './operator-words.js';

describe('an input from outside', () => {
  const issue = { path: ['of', 'count'], message: 'expected int' };
  const schema = {
    safeParse: (input: unknown) =>
      (input as { count: unknown }).count === 1
        ? ({ success: true } as const)
        : ({ success: false, error: { issues: [issue, { path: [], message: 'and more' }] } } as const),
  };
  const check = checkBy(schema, 'a counter');

  it('is let through where it fits, and told the first thing that is wrong where it does not', () => {
    expect(check({ count: 1 } as unknown as Input)).toBeUndefined();
    expect(check({ count: 'x' } as unknown as Input)).toBe('not an input of a counter: of.count expected int');
  });
});

describe('who gave a command', () => {
  it('is who its words name, by how that is known, else an operator', () => {
    const ann = { name: 'Ann Lee', known: 'asserted' } as const;
    expect(principalOf({ principal: ann })).toEqual(ann);
    for (const args of [{}, { principal: 'Ann' }, { principal: { name: 'Ann' } }]) {
      expect(principalOf(args)).toEqual({ name: 'operator', known: 'asserted' });
    }
  });
});

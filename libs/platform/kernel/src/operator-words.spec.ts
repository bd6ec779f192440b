import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Input } from './machine.js';
import { checkBy, principalOf } from './operator-words.js';

describe('an input from outside', () => {
  const check = checkBy(z.strictObject({ of: z.strictObject({ count: z.int() }) }), 'a counter');

  it('is let through where it fits, and named with what is wrong where it does not', () => {
    expect(check({ of: { count: 1 } } as unknown as Input)).toBeUndefined();
    expect(check({ of: { count: 'x' } } as unknown as Input)).toMatch(/^not an input of a counter: of\.count \S/);
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

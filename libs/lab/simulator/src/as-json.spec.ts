import { describe, expect, it } from '@jest/globals';
import { asJson } from './as-json.js';

describe('a value as JSON', () => {
  it.each([
    ['a text', 'x'],
    ['numbers that JSON has, and those it has not', [1, -0, 0.5, Number.NaN, Number.POSITIVE_INFINITY]],
    ['nothing', null],
    ['fields that are not there', { a: undefined, b: () => 1, c: Symbol('c'), d: false }],
    ['places of a list that are not there', [undefined, () => 1, null, 3]],
    ['what is within something else', { a: [{ b: { c: [[1], [], {}] } }] }],
    ['a list of numbers of its own kind', { a: new Uint8Array([1, 2]) }],
    ['a map, of which JSON knows nothing', { a: new Map([[1, 2]]) }],
    ['what says itself how it is written', { a: new Date(0), b: { toJSON: () => ({ c: [1] }) } }],
  ])('is what reading makes of what was written: %s', (_, value) => {
    expect(asJson(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
  });

  it('is nobody else’s', () => {
    const value = { a: [1], b: { c: 2 } };
    const copy = asJson(value) as typeof value;
    expect(copy.a).not.toBe(value.a);
    expect(copy.b).not.toBe(value.b);
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => asJson({ a: new Map([[1n, 1n]]), b: 1n })).toThrow(TypeError);
  });
});

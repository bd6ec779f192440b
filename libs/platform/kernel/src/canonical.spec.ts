import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import * as fc from 'fast-check';
import { canonicalBytes, canonicalCopy, canonicalText, NotCanonicalError } from './index.js';

const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
);
const key = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', '10', '9', 'a', 'B', '\u20ac', '\ufb33'),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('list'), tie('object'), fc.array(fc.maxSafeInteger())),
  list: fc.array(tie('value')),
  object: fc.dictionary(key, tie('value')),
})).value;

describe('canonical JSON', () => {
  it('is what another implementation of RFC 8785 writes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalText(value)).toBe(canonicalize(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('can be read back, is the same again, and fits on a line', () => {
    fc.assert(
      fc.property(json, (value) => {
        const bytes = canonicalBytes(value);
        const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        expect(canonicalText(JSON.parse(text))).toBe(text);
        expect(bytes.includes(10)).toBe(false);
        expect(bytes.includes(13)).toBe(false);
      }),
    );
  });

  it('orders keys by UTF-16 code unit and escapes as little as it may', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 };
    expect(canonicalText(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
    expect(canonicalText('\u20ac$\u000f\nA\'B"\\"/\u007f')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\u007f"');
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  it.each<[string, unknown, string]>([
    ['a fraction', { a: [1, 1.5] }, '$.a[1]: expected an integer within ±(2^53 − 1), saw 1.5'],
    ['a large integer', 2 ** 53, '$: expected an integer within ±(2^53 − 1), saw 9007199254740992'],
    ['not a number', [Number.NaN], '$[0]: expected an integer within ±(2^53 − 1), saw NaN'],
    ['infinity', Infinity, '$: expected an integer within ±(2^53 − 1), saw Infinity'],
    ['undefined', { a: undefined }, '$.a: expected a JSON value, saw undefined'],
    ['a gap', { a: [1, , 2] }, '$.a[1]: expected a JSON value, saw undefined'], // oxlint-disable-line no-sparse-arrays
    ['a function', { a: () => 1 }, '$.a: expected a JSON value, saw function'],
    ['a bigint', 1n, '$: expected a JSON value, saw bigint'],
    ['a symbol', Symbol('x'), '$: expected a JSON value, saw symbol'],
    ['half a surrogate pair', ['\ud800'], '$[0]: expected a well-formed string, saw half a surrogate pair'],
    ['half a pair as a key', { '\ud800': 1 }, 'expected a well-formed string'],
    ['a date', { at: new Date(0) }, '$.at: expected a plain object or array, saw a Date'],
    ['a map', new Map(), '$: expected a plain object or array, saw a Map'],
    ['typed numbers', new Int32Array(1), '$: expected a plain object or array, saw a Int32Array'],
    ['a cycle', cycle, 'expected nesting of at most 64, saw more, or a cycle'],
  ])('refuses %s', (_name, value, message) => {
    expect(() => canonicalText(value)).toThrow(NotCanonicalError);
    expect(() => canonicalText(value)).toThrow(message);
    expect(() => canonicalCopy(value)).toThrow(message);
  });
});

describe('a canonical copy', () => {
  it('is what is read back from the canonical text, key order included', () => {
    fc.assert(
      fc.property(json, (value) => {
        const copied = canonicalCopy(value);
        const readBack: unknown = JSON.parse(canonicalText(value));
        expect(copied).toStrictEqual(readBack);
        expect(JSON.stringify(copied)).toBe(JSON.stringify(readBack));
      }),
      { numRuns: 500 },
    );
  });

  it('shares nothing with the original, and does not walk known parts again', () => {
    const memo = new WeakMap<object, object>();
    const shared = { slots: [1, 2, 3] };
    const first = canonicalCopy({ shared, n: 1 }, memo) as { shared: unknown };
    const second = canonicalCopy({ shared, n: 2 }, memo) as { shared: unknown };
    expect(first.shared).not.toBe(shared);
    expect(second.shared).toBe(first.shared);
    shared.slots.push(4);
    expect(canonicalCopy({ shared, n: 3 }, memo)).toStrictEqual({ n: 3, shared: { slots: [1, 2, 3] } });
  });
});

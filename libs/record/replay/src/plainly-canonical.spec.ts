import { describe, expect, it } from '@jest/globals';
import { canonicalText } from '@rehearsal/kernel';
import * as fc from 'fast-check';
import { isPlainlyCanonical } from './plainly-canonical.js';

const encoder = new TextEncoder();
const isPlain = (text: string): boolean => isPlainlyCanonical(encoder.encode(text));

function isCanonical(text: string): boolean {
  try {
    return canonicalText(JSON.parse(text)) === text;
  } catch {
    return false;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('what is canonical at a glance', () => {
  it.each([
    '{"":0,"a":[],"b":{},"c":[[1,-2,{"a":1,"aa":2,"b":null}],true,false],"d":"a,b:{[e","e":{"a":999999999999999}}',
    '[{"b":1},{"a":1}]',
    '{"a":{"z":1},"b":{"a":1}}',
    '{"a":["z","y",{"b":"a"}],"b":"a"}',
    '0',
  ])('is %s', (text) => {
    expect(isPlain(text)).toBe(true);
    expect(isCanonical(text)).toBe(true);
  });

  it.each([
    ['a space', '{"a": 1}'],
    ['a line break', '[1,\n2]'],
    ['keys out of order', '{"b":1,"a":2}'],
    ['a key that begins like the longer one before it', '{"aa":1,"a":2}'],
    ['a key twice', '{"a":1,"a":1}'],
    ['keys out of order around another object', '{"b":{"a":1},"a":1}'],
    ['keys out of order around a list', '{"b":["x"],"a":1}'],
    ['keys out of order within a list', '[1,{"b":1,"a":1}]'],
    ['keys out of order deep within', '{"a":{"a":{"c":1,"b":1}}}'],
    ['an exponent', '[1e3]'],
    ['a capital exponent', '[1E3]'],
    ['an exponent of a longer number', '[12e3]'],
    ['a fraction', '[1.0]'],
    ['minus zero', '[-0]'],
    ['an integer that is not safe', '[9007199254740993]'],
    ['an escape without need', '["\\u0061"]'],
    ['half a surrogate pair', '["\\ud800"]'],
  ])('is not %s', (_what, text) => {
    expect(isPlain(text)).toBe(false);
    expect(isCanonical(text)).toBe(false);
  });

  it.each([
    ['other characters than ASCII', '["ü"]'],
    ['escapes', '["\\""]'],
    ['long integers', '[1234567890123456]'],
    ['many levels', `${'['.repeat(40)}${']'.repeat(40)}`],
  ])('leaves %s to whoever looks closer', (_what, text) => {
    expect(isPlain(text)).toBe(false);
    expect(isCanonical(text)).toBe(true);
  });

  it('is canonical, whatever was done to it', () => {
    const pieces = fc.constantFrom(
      '"',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      ' ',
      '0',
      '1',
      '-',
      '.',
      'e',
      'E',
      '+',
      '\\',
      'a',
      'b',
    );
    const key = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '2'), maxLength: 3 });
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null), fc.string()),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const edit = fc.record({ at: fc.nat(200), cut: fc.nat(2), put: fc.array(pieces, { maxLength: 3 }) });
    fc.assert(
      fc.property(value, fc.option(edit, { nil: undefined }), (made, change) => {
        let text = canonicalText(made);
        if (change !== undefined) {
          const at = change.at % (text.length + 1);
          text = text.slice(0, at) + change.put.join('') + text.slice(at + change.cut);
        }
        fc.pre(isJson(text));
        if (isPlain(text)) expect(isCanonical(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

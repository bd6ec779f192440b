import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { csvOf, type Cell } from './csv.js';

/** Reads RFC 4180, to see that nothing is lost on the way. */
function read(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted && c === '"' && text[i + 1] === '"') cell += text[++i]!;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && (c === ',' || c === '\r')) {
      rows.at(-1)!.push(cell);
      cell = '';
      if (c === '\r') {
        rows.push([]);
        i++;
      }
    } else cell += c;
  }
  return rows.slice(0, -1);
}

describe('rows as CSV', () => {
  it('read back as they were, whatever stands in them', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'ü') });
    const cell = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const rows = fc.integer({ min: 1, max: 4 }).chain((n) => fc.array(fc.array(cell, { minLength: n, maxLength: n })));
    fc.assert(
      fc.property(rows, (table: Cell[][]) => {
        const head = (table[0] ?? [null]).map((_, i) => `c${i}`);
        const said = table.map((row) => row.map((c) => (c === null ? '' : String(c))));
        expect(read(csvOf(head, table))).toEqual([head, ...said]);
      }),
    );
  });

  it('end each line with CRLF, and quote only what must be', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x y', 'say "no", then'],
          [1, null],
        ],
      ),
    ).toBe('a,b\r\nx y,"say ""no"", then"\r\n1,\r\n');
  });
});

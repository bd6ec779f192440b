import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { exposition } from './exposition.js';

describe('a page of metrics', () => {
  it('has help, type and samples of each family in order, with the labels of all after those of one', () => {
    const page = exposition(
      [
        { name: 'a_total', type: 'counter', help: 'Counted', samples: [{ value: 3 }] },
        {
          name: 'b_seconds',
          type: 'histogram',
          help: 'Measured',
          samples: [
            { suffix: '_bucket', labels: { le: '0.5' }, value: 1 },
            { suffix: '_bucket', labels: { le: '+Inf' }, value: 2 },
            { suffix: '_sum', value: 0.75 },
            { suffix: '_count', value: 2 },
          ],
        },
      ],
      { fabric: 'demo', site: '1' },
    );
    expect(page).toBe(`# HELP a_total Counted
# TYPE a_total counter
a_total{fabric="demo",site="1"} 3
# HELP b_seconds Measured
# TYPE b_seconds histogram
b_seconds_bucket{le="0.5",fabric="demo",site="1"} 1
b_seconds_bucket{le="+Inf",fabric="demo",site="1"} 2
b_seconds_sum{fabric="demo",site="1"} 0.75
b_seconds_count{fabric="demo",site="1"} 2
`);
  });

  it('escapes what would end a label or a line', () => {
    const samples = [{ labels: { path: 'C:\\DIR\n"x"' }, value: 1 }];
    expect(exposition([{ name: 'a', type: 'gauge', help: 'two\nlines, one \\ and "quotes"', samples }])).toBe(
      '# HELP a two\\nlines, one \\\\ and "quotes"\n# TYPE a gauge\na{path="C:\\\\DIR\\n\\"x\\""} 1\n',
    );
  });

  it('gives back every label as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const page = exposition([
          { name: 'a', type: 'gauge', help: '', samples: [{ labels: { l: value }, value: 1 }] },
        ]);
        const line = page.split('\n')[2]!;
        const told = /^a\{l="((?:[^"\\]|\\.)*)"\} 1$/s.exec(line)?.[1];
        const meant: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' };
        expect(told?.replaceAll(/\\(.)/g, (_, c: string) => meant[c]!)).toBe(value);
      }),
    );
  });

  it('tells of values without digits', () => {
    const samples = [Infinity, -Infinity, NaN].map((value) => ({ value }));
    expect(
      exposition([{ name: 'a', type: 'gauge', help: '', samples }])
        .split('\n')
        .slice(2, 5),
    ).toEqual(['a +Inf', 'a -Inf', 'a NaN']);
  });

  it('leaves out what has no sample, and refuses names no server takes', () => {
    expect(exposition([{ name: 'a', type: 'gauge', help: 'none', samples: [] }])).toBe('');
    expect(() => exposition([{ name: 'no name', type: 'gauge', help: '', samples: [] }])).toThrow(
      /'no name' is no metric name/,
    );
    const bad = [{ name: 'a', type: 'gauge' as const, help: '', samples: [{ labels: { 'a-b': '' }, value: 1 }] }];
    expect(() => exposition(bad)).toThrow(/'a-b' is no label name/);
    const twice = { name: 'a', type: 'gauge' as const, help: '', samples: [] };
    expect(() => exposition([twice, twice])).toThrow(/a is told twice/);
  });
});

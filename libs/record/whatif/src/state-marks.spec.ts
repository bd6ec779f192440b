import { describe, expect, it } from '@jest/globals';
import { checkStates, stateMarks } from './state-marks.js';

const at = (stream: string, version: number, state: unknown) => ({ stream, version, state, seq: 1, atMs: 1 });

describe('states at a fork', () => {
  const record = stateMarks({ streams: [at('a.1', 3, { x: 1 }), at('b.1', 1, { y: [2] })] });

  it('are the same where every stream has the same version and hash', () => {
    const checks = checkStates(record, stateMarks({ streams: [at('b.1', 1, { y: [2] }), at('a.1', 3, { x: 1 })] }));
    expect(checks.map(({ stream, equal }) => [stream, equal])).toEqual([
      ['a.1', true],
      ['b.1', true],
    ]);
    expect(checks[0]!.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another state', [at('a.1', 3, { x: 2 }), at('b.1', 1, { y: [2] })], 'a.1'],
    ['another version', [at('a.1', 3, { x: 1 }), at('b.1', 2, { y: [2] })], 'b.1'],
    ['a stream too few', [at('a.1', 3, { x: 1 })], 'b.1'],
    ['a stream too many', [at('a.1', 3, { x: 1 }), at('b.1', 1, { y: [2] }), at('c.1', 1, {})], 'c.1'],
  ])('are not with %s', (_words, streams, named) => {
    const unequal = checkStates(record, stateMarks({ streams })).filter((check) => !check.equal);
    expect(unequal.map((check) => check.stream)).toEqual([named]);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Commit } from '@rehearsal/kernel';
import { encodeCommit, parseCommit } from '@rehearsal/kernel';
import * as fc from 'fast-check';
import { eventsOf, headOf } from './commit-head.js';

/** Words that could be mistaken for a part of a commit, and any other. */
const word = fc.oneof(
  fc.constantFrom(
    '],"id":"',
    '"events":[',
    '"stream":"x.y","time":{"count":0,"ms":1},"version":9}',
    '\\',
    '"',
    'é',
    '😀',
  ),
  fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.boolean(), word, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  // A list followed by an id is how the events of a commit end.
  object: fc.oneof(
    fc.record({ a: tie('list'), id: word }),
    fc.dictionary(fc.constantFrom('events', 'id', 'input', 'time', 'version', 'z'), tie('value'), { maxKeys: 3 }),
  ),
})).object as fc.Arbitrary<Record<string, unknown>>;
const commit = fc
  .record({
    build: word,
    cause: fc.option(
      word.filter((s) => s !== ''),
      { nil: undefined },
    ),
    stream: fc.oneof(
      fc.constant('security-group.SG1'),
      word.map((s) => `k.${s}`),
    ),
    version: fc.integer({ min: 2, max: 2 ** 40 }),
    ms: fc.nat(2 ** 41),
    count: fc.nat(),
    events: fc.array(json, { maxLength: 3 }),
    input: json,
  })
  .map(
    ({ build, cause, stream, version, ms, count, events, input }) =>
      ({
        id: '1_1.1.1',
        stream,
        version,
        prev: 'a'.repeat(64),
        input: { ...input, type: 't', id: 'i', at: 0, from: 'intent' },
        events: events.map((e) => ({ ...e, type: 'E' })),
        ...(cause === undefined ? {} : { cause }),
        principal: { name: 'n', known: 'service' },
        build,
        time: { ms, count },
      }) as unknown as Commit,
  );

describe('the parts of a stored commit', () => {
  it('are those of the whole commit, whatever is in it', () => {
    fc.assert(
      fc.property(commit, (given) => {
        const line = encodeCommit(given);
        const whole = parseCommit(new TextDecoder().decode(line));
        const { stream, version, cause } = whole;
        expect(headOf(line)).toEqual({ stream, version, atMs: whole.time.ms, cause });
        expect(eventsOf(line)).toEqual(whole.events);
      }),
      { numRuns: 500 },
    );
  });

  it('are read from a commit that is not canonical, too', () => {
    const [given] = fc.sample(commit, 1);
    const line = new TextEncoder().encode(JSON.stringify(given, null, 1));
    expect(headOf(line)).toMatchObject({ version: given!.version, atMs: given!.time.ms });
    expect(eventsOf(line)).toEqual(parseCommit(JSON.stringify(given)).events);
  });
});

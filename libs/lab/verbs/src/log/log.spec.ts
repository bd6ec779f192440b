import { describe, expect, it } from '@jest/globals';
import { encodeCommit } from '@rehearsal/kernel';
import { commitEntry, entryText, faultEntry, noteEntry } from './log-entry.js';
import { logFilter } from './log-filter.js';

const LINE = new TextDecoder().decode(
  encodeCommit({
    id: '1_2.1.7',
    stream: 'security-group.SG1',
    version: 7,
    prev: '0'.repeat(64),
    input: { type: 'memberSilent', id: 'i', at: 5, from: 'observation' },
    events: [
      { type: 'MemberLost', member: '1_03', incarnation: 100, reason: 'silence', version: 7 },
      { type: 'Unheard', slots: [1, 2, 3] },
    ],
    principal: { name: '1_2', known: 'service' },
    build: 'b',
    time: { ms: 12_400, count: 0 },
  } as unknown as Parameters<typeof encodeCommit>[0]),
);
const COMMIT = commitEntry(LINE, 42);
const FAULT = faultEntry({ atMs: 12_000, fault: 'panic', target: 'member 1_03', detail: { pid: 5 } });
const CALM = noteEntry({
  atMs: 100,
  role: 'member',
  id: '1_01',
  incarnation: 1,
  level: 'info',
  code: 'started',
  fields: { role: 'member', id: '1_01', pid: 9 },
});
const WARNING = noteEntry({ ...JSON.parse(CALM.source), level: 'warn', code: 'orchestrator_dead' });
const ALL = [CALM, WARNING, FAULT, COMMIT];

describe('an entry of the log', () => {
  it('says who decided what, with lists by their length', () => {
    expect(COMMIT.entry).toEqual({
      atMs: 12_400,
      kind: 'commit',
      stream: 'security-group.SG1',
      version: 7,
      seq: 42,
      by: '1_2',
      principal: '1_2',
      types: ['memberSilent', 'MemberLost', 'Unheard'],
      text: 'MemberLost: member 1_03 is declared lost: nothing was heard of it; Unheard 3 slots',
    });
    expect(FAULT.entry.text).toBe('panic member 1_03');
    expect(CALM.entry.text).toBe('member 1_01: info: started pid 9');
  });

  it('is a line with the time of day and since the start', () => {
    expect(entryText(FAULT.entry, 1, 0)).toBe(`00:00:12.000   +12.000s  ${'fault'.padEnd(38)}  panic member 1_03\n`);
    const place = '1:42   security-group.SG1:7 by 1_2'.padEnd(38);
    expect(entryText(COMMIT.entry, 1, 0)).toMatch(`00:00:12.400   +12.400s  ${place}  MemberLost: `);
  });
});

describe('a filter of the log', () => {
  const none = { kind: [], member: [], type: [] };
  const kept = (words: object): string[] =>
    ALL.filter(logFilter({ ...none, ...words }, 13_000, 0)).map(({ entry }) => entry.types[0]!);

  it.each([
    [{}, ['warn', 'panic', 'memberSilent']],
    [{ kind: ['note'] }, ['info', 'warn']],
    [{ kind: ['commit', 'fault'] }, ['panic', 'memberSilent']],
    [{ member: ['1_03'] }, ['panic', 'memberSilent']],
    [{ member: ['1_01'] }, ['warn']],
    [{ stream: 'security' }, ['memberSilent']],
    [{ type: ['memberlost'] }, ['memberSilent']],
    [{ type: ['panic', 'orchestrator_dead'] }, ['warn', 'panic']],
    [{ since: '1s' }, ['panic', 'memberSilent']],
    [{ until: '+12.2s' }, ['warn', 'panic']],
    [{ since: '+12s', until: '800ms' }, ['panic']],
    [{ principal: '1_2' }, ['memberSilent']],
    [{ principal: 'orchestrator' }, []],
    [{ text: 'IS DECLARED lost' }, ['memberSilent']],
    [{ text: '"slots":[1,2,3]' }, ['memberSilent']],
    [{ text: 'orchestrator_dead' }, ['warn']],
    [{ since: '+12.1s' }, ['memberSilent']],
    [{ since: '1970-01-01T00:00:12.200Z' }, ['memberSilent']],
  ])('%j keeps %j', (words, types) => {
    expect(kept(words)).toEqual(types);
  });
});

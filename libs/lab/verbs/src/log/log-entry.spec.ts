import { describe, expect, it } from '@jest/globals';
import { commitEntry, entryText, faultEntry } from './log-entry.js';

const commit = (stream: string, ...events: readonly Record<string, unknown>[]): string =>
  JSON.stringify({
    id: '1_01.1.7',
    stream,
    version: 3,
    prev: '0'.repeat(64),
    principal: { name: 'x', known: 'service' },
    input: { type: 'loseMember', id: 'i', at: 0, from: 'command' },
    events,
    build: 'b',
    time: { ms: 5000, count: 0 },
  });

describe('an entry of the log', () => {
  it('says what was decided with its type, in the words of the report', () => {
    const lost = { type: 'MemberLost', member: '1_03', incarnation: 2, reason: 'silence', evidence: {} };
    const { entry } = commitEntry(commit('security-group.SG1', lost));
    expect(entry).toEqual({
      atMs: 5000,
      kind: 'commit',
      stream: 'security-group.SG1',
      version: 3,
      by: '1_01',
      types: ['loseMember', 'MemberLost'],
      text: 'MemberLost: member 1_03 is declared lost: nothing was heard of it',
    });
    expect(entryText(entry, 1000)).toContain('+4.000s  security-group.SG1:3 by 1_01');
  });

  it('names the fields of what has no words, and lists by how long they are', () => {
    const extended = { type: 'CulExtended', percent: 84, version: 9 };
    const unknown = { type: 'Strange', slots: [1, 2, 3] };
    const { entry } = commitEntry(commit('security-group.SG1', extended, unknown));
    expect(entry.text).toBe('CulExtended percent 84; Strange 3 slots');
  });

  it('says what was done, and finds it by whom it struck', () => {
    const fault = { atMs: 7000, fault: 'panic', target: 'member 1_03', detail: { pid: 12, rebootAfterMs: 3000 } };
    const { entry, source } = faultEntry(fault);
    expect([entry.types, entry.text]).toEqual([['panic'], 'panic member 1_03 (rebootAfterMs 3000)']);
    expect(source).toContain('"1_03"');
  });
});

import { describe, expect, it } from '@jest/globals';
import { commitEntry, faultEntry } from './log-entry.js';

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

describe('the words of an entry', () => {
  it('names the fields of what has no words, or was written without what is said of it', () => {
    const extended = { type: 'CulExtended', percent: 84, version: 9 };
    const older = { type: 'MemberLost', member: '1_03' };
    const { entry } = commitEntry(commit('security-group.SG1', extended, older), 9);
    expect(entry.text).toBe('CulExtended percent 84; MemberLost member 1_03');
  });

  it('says what was done, and finds it by whom it struck', () => {
    const fault = { atMs: 7000, fault: 'panic', target: 'member 1_03', detail: { pid: 12, rebootAfterMs: 3000 } };
    const { entry, source } = faultEntry(fault);
    expect([entry.types, entry.text]).toEqual([['panic'], 'panic member 1_03 (rebootAfterMs 3000)']);
    expect(source).toContain('"1_03"');
    const down = { state: 'down', force: null, principal: { name: 'Me', known: 'asserted' } };
    const admin = faultEntry({ ...fault, fault: 'admin', detail: down });
    expect(admin.entry.text).toBe('admin member 1_03 (state down, by Me)');
  });
});

import { describe, expect, it } from '@jest/globals';
import { encodeCommit, sha256Hex, type Commit } from '@rehearsal/kernel';
import { cloudEventOf } from './cloud-event.js';

const COMMIT: Commit = {
  id: '1_1.3.7',
  stream: 'till.T1',
  version: 2,
  prev: 'a'.repeat(64),
  input: { type: 'pay', id: 'p1', at: 5, from: 'command', note: 'a "quoted" word, ü' } as Commit['input'],
  events: [{ type: 'Paid' }],
  principal: { name: 'anna', known: 'os-user' },
  build: 'b',
  time: { ms: 1_795_351_312_776, count: 3 },
};
const PLACE = { fabric: 'branch office', run: '20261122-124121-demo', site: 1 };

describe('a commit as a CloudEvent', () => {
  const bytes = encodeCommit(COMMIT);
  const text = cloudEventOf(bytes, 42, PLACE);

  it('has the attributes that the specification asks for, and says where it stands', () => {
    const { data: _, ...context } = JSON.parse(text) as Record<string, unknown>;
    expect(context).toEqual({
      specversion: '1.0',
      id: 'till.T1:2',
      source: '/rehearsal/branch%20office/20261122-124121-demo/site/1',
      type: 'rehearsal.till.pay',
      subject: 'till.T1',
      time: '2026-11-22T12:41:52.776Z',
      datacontenttype: 'application/json',
      partitionkey: 'till.T1',
      sequence: '42',
      sequencetype: 'Integer',
    });
    for (const name of Object.keys(context)) expect(name).toMatch(/^[a-z0-9]{1,20}$/);
  });

  it('carries the commit byte for byte, on one line', () => {
    const data = new TextEncoder().encode(text.slice(text.indexOf('"data":') + '"data":'.length, -1));
    expect(sha256Hex(data)).toBe(sha256Hex(bytes));
    expect(text).not.toContain('\n');
  });

  it('is refused for bytes that are no commit', () => {
    expect(() => cloudEventOf(new TextEncoder().encode('{"a":1}'), 1, PLACE)).toThrow('no field "a"');
  });
});

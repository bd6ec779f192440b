import { describe, expect, it } from '@jest/globals';
import { encodeCommit } from '@rehearsal/kernel';
import { toItsEnd } from './run-log.js';

const decoder = new TextDecoder();

/** A stored commit with one event of this type. */
function line(stream: string, version: number, type: string): string {
  const bytes = encodeCommit({
    id: `1.1.${version}`,
    stream,
    version,
    prev: version === 1 ? '' : '0'.repeat(64),
    input: { type: 'x', id: 'i', at: 1, from: 'command' },
    events: [{ type }],
    cause: 'run.r:1',
    principal: { name: 'lab', known: 'service' },
    build: 'b',
    time: { ms: 1, count: 0 },
  } as never);
  return decoder.decode(bytes);
}

describe('the log of a run', () => {
  const [opened, moved, closed, late] = [
    line('run.r', 1, 'RunOpened'),
    line('security-group.SG1', 1, 'MemberJoined'),
    line('run.r', 2, 'RunClosed'),
    line('hypersync.SG1', 1, 'CopiesDue'),
  ];

  it('ends with its closing, whatever is still decided after it', () => {
    expect(toItsEnd([opened, moved, closed, late])).toEqual([opened, moved, closed]);
  });

  it('is whole while nobody has closed it', () => expect(toItsEnd([opened, moved])).toEqual([opened, moved]));
});

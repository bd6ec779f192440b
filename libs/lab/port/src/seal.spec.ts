import { describe, expect, it } from '@jest/globals';
import { encodeCommit, sha256Hex, type Commit, type Event } from '@rehearsal/kernel';
import { runMachine, type RunInput } from './run-machine.js';
import { logHeads, sealOf } from './seal.js';

const text = new TextDecoder();
const hash = (line: string): string => sha256Hex(new TextEncoder().encode(line));

function line(stream: string, version: number, prev: string, events: readonly Event[] = []): string {
  const commit: Commit = {
    id: `${stream}.${version}`,
    stream,
    version,
    prev,
    input: { type: 'x', id: `${version}`, at: 0, from: 'command' },
    events,
    principal: { name: 'lab', known: 'service' },
    build: 'b',
    time: { ms: 0, count: 0 },
  };
  return text.decode(encodeCommit(commit));
}

const b1 = line('b.1', 1, '');
const a1 = line('a.1', 1, '');
const b2 = line('b.1', 2, hash(b1));

describe('the seal of a log', () => {
  it('names the head of every stream in order, and the last sequence', () => {
    const seal = sealOf([b1, a1, b2]);
    expect(seal.streams).toEqual([
      { stream: 'a.1', version: 1, head: hash(a1) },
      { stream: 'b.1', version: 2, head: hash(b2) },
    ]);
    expect(seal.lastSeq).toBe(3);
  });

  it('is another for another log', () => {
    const seals = [[b1], [b1, a1], [a1, b1], [b1, b2]].map((lines) => sealOf(lines).seal);
    expect(new Set(seals).size).toBe(3); // The order of streams among one another is in the sequences, not in the heads.
  });

  it.each([
    ['a missing commit', [b2]],
    ['a commit twice', [b1, b1]],
    ['a changed commit', [b1.replace('"lab"', '"lob"'), b2]],
  ])('cannot be made over %s', (_, lines) => {
    expect(() => sealOf(lines)).toThrow(/log line \d: expected b\.1:\d after/);
  });

  it('reads nothing as the empty log', () => {
    expect(logHeads([])).toEqual([]);
  });
});

describe('the run machine', () => {
  const base = { id: 'i', at: 0, from: 'command' } as const;
  const open: RunInput = {
    ...base,
    type: 'open',
    runId: 'r',
    fabric: 'f',
    profile: 'vendor',
    world: 'simulated',
    settings: {},
  };
  const close: RunInput = { ...base, type: 'close', streams: [], lastSeq: 4 };
  const play = (inputs: readonly RunInput[]): string[] => {
    let state = runMachine.initial;
    return inputs.flatMap((input) => {
      const events = runMachine.decide(state, input);
      for (const event of events) state = runMachine.evolve(state, event);
      return events.map((e) => (e.type === 'RunRefused' ? e.reason : e.type));
    });
  };

  it('opens once and closes once', () => {
    expect(play([open, close])).toEqual(['Configured', 'RunClosed']);
    expect(play([close, open, open, close, close])).toEqual([
      'this run is new, not open',
      'Configured',
      'this run was opened before',
      'RunClosed',
      'this run is closed, not open',
    ]);
  });
});

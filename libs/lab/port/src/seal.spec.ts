import { describe, expect, it } from '@jest/globals';
import { encodeCommit, sealOf, sha256Hex, type Commit, type Event } from '@rehearsal/kernel';
import { runMachine, type RunInput } from './run-machine.js';
import { sealLog } from './seal.js';

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
  it('is the seal of its commits, by line', () => {
    const lines = [b1, a1, b2];
    const seal = sealLog(lines, 2);
    expect(seal.streams).toEqual([
      { stream: 'a.1', version: 1, hash: hash(a1) },
      { stream: 'b.1', version: 2, hash: hash(b2) },
    ]);
    expect(seal.sequences).toEqual({ first: 1, last: 3, count: 3 });
    const encoder = new TextEncoder();
    expect(seal).toEqual(
      sealOf(
        lines.map((text, i) => ({ seq: i + 1, bytes: encoder.encode(text) })),
        2,
      ),
    );
  });

  it('is another for another log', () => {
    const seals = [[], [b1], [b1, a1], [a1, b1], [b1, b2]].map((lines) => sealLog(lines, 1).hash);
    expect(new Set(seals).size).toBe(5);
  });

  it.each([
    ['a missing commit', [b2]],
    ['a commit twice', [b1, b1]],
    ['a changed commit', [b1.replace('"lab"', '"lob"'), b2]],
  ])('cannot be made over %s', (_, lines) => {
    expect(() => sealLog(lines, 1)).toThrow(/log line \d: expected b\.1:\d after/);
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

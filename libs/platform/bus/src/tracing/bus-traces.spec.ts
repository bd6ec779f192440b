import { describe, expect, it } from '@jest/globals';
import { BusTraces, commitWords } from './bus-traces.js';
import type { Tracer } from './tracer.js';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const traces = (): BusTraces => new BusTraces({} as Tracer);

describe('what a process works on behalf of', () => {
  it('is the trace of the handler that runs, of an inner one within it, and of none once it has thrown', () => {
    const t = traces();
    const seen: (string | undefined)[] = [t.current];
    t.within('a', () => {
      t.within('b', () => seen.push(t.current));
      seen.push(t.current);
      t.within(undefined, () => seen.push(t.current));
    });
    expect(() =>
      t.within('c', () => {
        throw new Error('broken');
      }),
    ).toThrow('broken');
    expect([...seen, t.current]).toEqual([undefined, 'b', 'a', undefined, undefined]);
  });

  it('is the same for a question that is asked again later, and for no other with the same words', () => {
    const t = traces();
    const body = bytes({ a: 1 });
    t.within('a', () => expect(t.ofQuestion(body)).toBe('a'));
    expect([t.ofQuestion(body), t.ofQuestion(bytes({ a: 1 }))]).toEqual(['a', undefined]);
  });

  it('is known of a commit by its input, although another handler runs when its turn has come', () => {
    const t = traces();
    t.takeInput(bytes({ input: { id: 'i1' } }), 'a');
    t.takeInput(new Uint8Array([1, 2]), 'b');
    const commit = (id: string): Uint8Array => bytes({ stream: 's', input: { id } });
    t.within('x', () => expect([t.ofCommit(commit('i1')), t.ofCommit(commit('i2'))]).toEqual(['a', 'x']));
    expect(t.ofCommit(commit('i2'))).toBeUndefined();
  });

  it('is forgotten, the oldest first, so that no memory is taken for good', () => {
    const t = traces();
    for (let i = 0; i <= 1_000; i++) t.takeInput(bytes({ input: { id: `i${i}` } }), `t${i}`);
    expect([0, 1, 1_000].map((i) => t.ofCommit(bytes({ input: { id: `i${i}` } })))).toEqual([undefined, 't1', 't1000']);
  });
});

describe('the words for a commit', () => {
  it('are its place and its events', () => {
    const commit = {
      stream: 'security-group.SG1',
      version: 7,
      events: [{ type: 'MemberLost' }, { type: 'SmoChanged' }],
    };
    expect(commitWords(bytes(commit))).toEqual({ name: 'security-group.SG1:7', events: 'MemberLost, SmoChanged' });
  });
});

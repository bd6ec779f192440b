import { describe, expect, it } from '@jest/globals';
import type { AnyMachine, Event } from '@rehearsal/kernel';
import { decodeCommit, encodeCommit, kindOf } from '@rehearsal/kernel';
import { ledger, till } from '@rehearsal/kernel/testing';
import * as fc from 'fast-check';
import { bytesInMemory, linesOf, logBytes, LogHistory, LogLineError, stateHash, type Snapshot } from './index.js';
import { recordedRun } from './testing/recorded-run.js';

const MACHINES = { till, ledger } as unknown as Readonly<Record<string, AnyMachine>>;
const { commits } = recordedRun(20);
const bytes = logBytes(commits);
const lines = [...linesOf([bytes])];

/** The states that the first commits of a log lead to, by the machines and nothing else. */
function folded(count: number): Record<string, unknown> {
  const states: Record<string, unknown> = {};
  for (const line of lines.slice(0, count)) {
    const { stream, events } = decodeCommit(line);
    const machine = MACHINES[kindOf(stream)]!;
    const evolve = machine.evolve as unknown as (state: unknown, event: Event) => unknown;
    states[stream] = events.reduce(evolve, states[stream] ?? machine.initial);
  }
  return states;
}

const history = (snapshotEvery: number, snapshots: readonly Snapshot[] = [], log = bytes): LogHistory =>
  new LogHistory({ log: bytesInMemory(log), machines: MACHINES, firstSeq: 5, snapshotEvery, snapshots });
const statesOf = (at: { readonly streams: readonly { readonly stream: string; readonly state: unknown }[] }) =>
  Object.fromEntries(at.streams.map(({ stream, state }) => [stream, state]));
const count = fc.integer({ min: 1, max: lines.length });
const every = fc.integer({ min: 1, max: 50 });
const readBack = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('the state after a commit', () => {
  it('is the fold of the log up to it, from the begin or from a snapshot, in whatever order is asked', () => {
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 8 }), every, (counts, n) => {
        let kept: readonly Snapshot[] = [];
        const one = history(n);
        for (const [i, c] of counts.entries()) {
          const later = history(n, readBack(kept));
          for (const asked of [one, later]) {
            const at = asked.atSeq(c + 4);
            expect(at.seq).toBe(c + 4);
            expect(statesOf(at)).toEqual(folded(c));
            const { stream, version, time } = decodeCommit(lines[c - 1]!);
            const last = { seq: c + 4, version, atMs: time.ms, state: folded(c)[stream] };
            expect(at.streams.find((s) => s.stream === stream)).toEqual({ stream, ...last });
          }
          kept = later.newSnapshots ?? kept;
          // One after every so many commits, as far as anybody has asked, and none twice.
          const furthest = Math.max(...counts.slice(0, i + 1));
          const places = Array.from({ length: Math.floor(furthest / n) }, (_, k) => (k + 1) * n + 4);
          for (const snapshots of [one.newSnapshots ?? [], kept]) expect(snapshots.map((s) => s.seq)).toEqual(places);
        }
      }),
    );
  });

  it('leaves snapshots as they are where they were kept at other distances', () => {
    const first = history(10);
    first.atEnd();
    const second = history(3, first.newSnapshots);
    expect(statesOf(second.atSeq(29 + 4))).toEqual(folded(29));
    expect(second.newSnapshots).toBeUndefined();
  });

  it('ends with the log', () => {
    const all = history(7);
    expect(all.atEnd()).toEqual(all.atSeq(lines.length + 4));
    expect(all.atSeq(1000)).toEqual(all.atEnd());
    expect(all.lastSeq()).toBe(lines.length + 4);
    expect(history(7, [], new Uint8Array(0)).atEnd()).toEqual({ seq: 0, atMs: 0, streams: [] });
    expect(history(7, [], new Uint8Array(0)).lastSeq()).toBe(4);
  });

  it('has a hash that tells states apart, and not the order of their fields', () => {
    expect(stateHash({ a: 1, b: [2] })).toBe(stateHash({ b: [2], a: 1 }));
    expect(stateHash({ a: 1, b: [2] })).not.toBe(stateHash({ a: 1, b: [3] }));
  });

  it('has a stream without a machine by its version alone', () => {
    const some = new LogHistory({ log: bytesInMemory(bytes), machines: { till: till as never } });
    expect(some.atSeq(4).streams.map(({ stream, version, state }) => [stream, version, state])).toEqual([
      ['ledger.L1', 2, null],
      ['till.T1', 2, folded(4)['till.T1']],
    ]);
  });
});

describe('the state at a time', () => {
  it('is that before the first commit which is later, whatever stands behind it', () => {
    const times = lines.map((line) => decodeCommit(line).time.ms);
    // A clock that is behind: the commit after the tenth is older than it.
    const shifted = lines.map((line, i) => {
      const commit = decodeCommit(line);
      return i === 10 ? encodeCommit({ ...commit, time: { ms: commit.time.ms - 250, count: 0 } }) : line;
    });
    const log = logBytes(shifted.map((line, i) => ({ seq: i + 1, stream: '', bytes: line })));
    const own = shifted.map((line) => decodeCommit(line).time.ms);
    fc.assert(
      fc.property(fc.integer({ min: times[0]! - 2, max: times.at(-1)! + 2 }), every, (ms, n) => {
        const first = own.findIndex((t) => t > ms);
        const before = first < 0 ? own.length : first;
        const warm = history(n, [], log);
        warm.atEnd();
        for (const asked of [history(n, [], log), warm]) {
          const at = asked.atTime(ms);
          expect(at.seq).toBe(before === 0 ? 0 : before + 4);
          expect(statesOf(at)).toEqual(folded(before));
        }
      }),
    );
  });
});

describe('a log that goes on, or is not what it was', () => {
  it('is read up to its last whole line', () => {
    const torn = bytes.subarray(0, bytes.length - 3);
    expect(history(7, [], torn).atEnd()).toEqual(history(7).atSeq(lines.length + 3));
  });

  it('is folded anew where a snapshot is of another log', () => {
    const first = history(7);
    first.atEnd();
    const foreign = first.newSnapshots!.map((s) => ({
      ...s,
      lineHash: 'f'.repeat(64),
      streams: s.streams.map((x) => ({ ...x, state: { total: -1 } })),
    }));
    const again = history(7, foreign);
    expect(again.atSeq(30)).toEqual(first.atSeq(30));
    expect(again.newSnapshots).toEqual(first.newSnapshots!.filter((s) => s.seq <= 30));
    const longer = first.newSnapshots!.map((s) => ({ ...s, bytes: s.bytes + bytes.length }));
    expect(history(7, longer).atSeq(30)).toEqual(first.atSeq(30));
  });

  it('says which line is no commit', () => {
    const text = new TextDecoder().decode(bytes).split('\n');
    text[2] = '{"build":"x"}';
    const broken = history(7, [], new TextEncoder().encode(text.join('\n')));
    expect(broken.atSeq(6).seq).toBe(6);
    expect(() => broken.atEnd()).toThrow(LogLineError);
    expect(() => broken.atEnd()).toThrow(/^line 3 of the log: expected a commit: /);
  });
});

describe('a commit of the log', () => {
  it('is found by its sequence, and by its stream and version, with snapshots or without', () => {
    const warm = history(7);
    warm.atEnd();
    for (const asked of [history(7), warm]) {
      for (const [i, line] of lines.entries()) {
        const { stream, version, cause } = decodeCommit(line);
        const expected = { seq: i + 5, stream, version, cause };
        expect(asked.commitAt(i + 5)).toMatchObject(expected);
        expect(asked.commitOf(stream, version)).toMatchObject(expected);
      }
      expect([asked.commitAt(4), asked.commitAt(1000), asked.commitOf('till.T1', 99)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect([...warm.commits()].map((c) => c.seq)).toEqual(lines.map((_, i) => i + 5));
  });
});

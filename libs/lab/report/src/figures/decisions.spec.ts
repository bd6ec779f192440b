import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sampleRun } from '../testing/sample-run.js';
import { decisionLines, storyOf, type Decision } from './decisions.js';
import { faultWindows, recoveryWindows } from './windows.js';

const run = sampleRun();
const zeroMs = run.samples!.samples[0]!.atMs;

describe('the story of a log', () => {
  it('tells faults and decisions in words, in the order of time', () => {
    expect(
      storyOf(run.log, run.faults).decisions.map((d) => [d.atMs - zeroMs, d.lane, d.mood, d.text, d.place]),
    ).toEqual([
      [2000, 'faults', 'bad', 'panic member 1_02', ''],
      [2200, 'members', 'bad', 'member 1_02 is declared lost: nothing was heard of it', 'security-group.SG1 1'],
      [4000, 'members', 'good', 'member 1_02 is active', 'security-group.SG1 2'],
      [4500, 'slots', 'good', 'every slot is where it belongs', 'security-group.SG1 3'],
    ]);
  });

  it('shades a fault until it is decided, and the recovery until everybody is back and in place', () => {
    const { changes } = storyOf(run.log, run.faults);
    const said = [...faultWindows(run.faults, changes), ...recoveryWindows(changes, run.endedAtMs)];
    expect(said.map((w) => [w.kind, w.fromMs - zeroMs, w.toMs - zeroMs, w.text, w.open])).toEqual([
      ['fault', 2000, 2200, 'panic member 1_02', false],
      ['recovery', 2200, 4500, 'recovery from the loss of member 1_02', false],
    ]);
    const { changes: unfinished } = storyOf(run.log.slice(0, 2), run.faults);
    expect(recoveryWindows(unfinished, zeroMs + 6000).map((w) => [w.toMs - zeroMs, w.open])).toEqual([[6000, true]]);
  });

  it('ends a fault that nobody is lost by when it is mended', () => {
    const faults = [
      { atMs: 10, fault: 'hang', target: 'bus', detail: {} },
      { atMs: 70, fault: 'resume', target: 'bus', detail: {} },
      { atMs: 90, fault: 'pnote', target: 'member 1_01', detail: {} },
    ];
    expect(faultWindows(faults, []).map((w) => [w.fromMs, w.toMs])).toEqual([
      [10, 70],
      [90, 90],
    ]);
  });
});

describe('a long list of decisions', () => {
  it('becomes short, and leaves none out', () => {
    const one = fc.record({
      atMs: fc.integer({ min: 0, max: 100_000 }),
      lane: fc.constantFrom('members', 'slots', 'copies'),
      mood: fc.constantFrom('bad', 'good', 'plain'),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 400 }), fc.integer({ min: 9, max: 100 }), (some, most) => {
        const decisions = some.map((d): Decision => ({ ...(d as Decision), text: 'x', place: '' }));
        decisions.sort((a, b) => a.atMs - b.atMs);
        const lines = decisionLines(decisions, most);
        expect(lines.reduce((n, l) => n + l.count, 0)).toBe(decisions.length);
        // Nine kinds may fall to either side of a stretch's end.
        expect(lines.length).toBeLessThanOrEqual(Math.max(most, 18));
        expect(lines.every((l) => l.fromMs <= l.toMs)).toBe(true);
      }),
    );
  });
});

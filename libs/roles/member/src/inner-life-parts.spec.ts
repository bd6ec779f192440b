import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '@rehearsal/kernel/testing';
import { CriticalDevices } from './inner-life-pnotes.js';
import { ProcessorLoad } from './inner-life-load.js';
import { MemoryLeak } from './inner-life-memory.js';

function world() {
  const time = new VirtualTime(0);
  const notes: [number, string, unknown][] = [];
  const rt = {
    nowMs: time.nowMs,
    after: time.after,
    note: (_level: string, code: string, fields: unknown) => notes.push([time.nowMs(), code, fields]),
    count: () => undefined,
    takeMemory: () => () => undefined,
  };
  return { time, notes, rt };
}

describe('critical devices', () => {
  it('take a member down while they initialize or have a problem, each until it says ok', () => {
    const { rt, notes } = world();
    let changes = 0;
    const devices = new CriticalDevices(rt as never, () => changes++);
    devices.report('routed', 'ok');
    expect([devices.problems(), changes]).toEqual([[], 0]);
    devices.report('routed', 'problem');
    devices.report('fwd', 'init');
    devices.report('fwd', 'init');
    expect([devices.problems(), changes]).toEqual([['fwd', 'routed'], 2]);
    devices.report('routed', 'ok');
    expect([devices.problems(), changes]).toEqual([['fwd'], 3]);
    expect(notes.map(([, code, fields]) => [code, fields])).toEqual([
      ['pnote', { name: 'routed', state: 'problem' }],
      ['pnote', { name: 'fwd', state: 'init' }],
      ['pnote', { name: 'routed', state: 'ok' }],
    ]);
  });

  it('have a problem when their report is missed, and none without a timeout', () => {
    const { rt, time, notes } = world();
    let changes = 0;
    const devices = new CriticalDevices(rt as never, () => changes++);
    devices.report('mine', 'ok', 2);
    devices.report('lasting', 'ok', 0);
    time.advance(1999);
    devices.report('mine', 'ok', 2);
    time.advance(1999);
    expect(devices.problems()).toEqual([]);
    time.advance(1);
    expect([devices.problems(), changes]).toEqual([['mine'], 1]);
    expect(notes).toEqual([[3999, 'pnote_missed', { name: 'mine', timeoutSec: 2 }]]);
    devices.report('mine', 'ok', 2);
    expect(devices.problems()).toEqual([]);
    devices.stop();
    time.advance(10_000);
    expect(devices.problems()).toEqual([]);
  });
});

describe("a member's processor", () => {
  it('is as loaded as it was over the last ten heartbeats', () => {
    let [nowMs, usedMs] = [0, 0];
    const load = new ProcessorLoad({ nowMs: () => nowMs, cpuMs: () => usedMs });
    const percents: number[] = [];
    for (let beat = 0; beat < 25; beat++) {
      percents.push(load.measure());
      nowMs += 100;
      usedMs += beat < 12 ? 90 : 10;
    }
    expect(percents.slice(0, 13)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 90, 90, 90]);
    expect(percents.slice(13)).toEqual([82, 74, 66, 58, 50, 42, 34, 26, 18, 10, 10, 10]);
  });

  it('is burdened until the time is over, or until told otherwise', () => {
    let nowMs = 0;
    const load = new ProcessorLoad({ nowMs: () => nowMs, cpuMs: () => 0 });
    expect(load.busyUsPerPacket).toBe(0);
    load.burden(500, 1000);
    nowMs = 999;
    expect(load.busyUsPerPacket).toBe(500);
    nowMs = 1000;
    expect(load.busyUsPerPacket).toBe(0);
    load.burden(7, 0);
    nowMs = 1e9;
    expect(load.busyUsPerPacket).toBe(7);
  });
});

describe('a memory leak', () => {
  it('takes memory, warns at its share of the limit, and exhausts it, with the time there was in between', () => {
    const { rt, time, notes } = world();
    const exhausted: number[] = [];
    const leak = new MemoryLeak(rt as never, { 'memory.warnPercent': 80 }, () => exhausted.push(time.nowMs()));
    leak.start(25, 10);
    time.advance(300);
    expect([leak.usedKb, notes]).toEqual([7, []]);
    time.advance(1000);
    expect(notes).toEqual([
      [400, 'memory_low', { usedKb: 10, limitKb: 10, leftMs: 0 }],
      [400, 'memory_exhausted', { usedKb: 10, limitKb: 10, leadMs: 0 }],
    ]);
    expect([exhausted, leak.usedKb]).toEqual([[400], 0]);
    leak.start(10, 10);
    time.advance(1000);
    expect(notes.slice(2).map(([atMs, code, fields]) => [atMs - 1300, code, fields])).toEqual([
      [800, 'memory_low', { usedKb: 8, limitKb: 10, leftMs: 200 }],
      [1000, 'memory_exhausted', { usedKb: 10, limitKb: 10, leadMs: 200 }],
    ]);
  });

  it('takes what it says of the machine, and gives all of it back', () => {
    const { rt, time } = world();
    let takenBytes = 0;
    const takeMemory = (bytes: number) => {
      takenBytes += bytes;
      return () => (takenBytes -= bytes);
    };
    const leak = new MemoryLeak({ ...rt, takeMemory } as never, { 'memory.warnPercent': 80 }, () => undefined);
    leak.start(100_000, 100_000);
    time.advance(300);
    expect([leak.usedKb, takenBytes]).toEqual([30_000, 30_000 * 1024]);
    leak.free();
    expect([leak.usedKb, takenBytes]).toEqual([0, 0]);
  });
});

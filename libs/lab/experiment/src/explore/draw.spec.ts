import { describe, expect, it } from '@jest/globals';
import { createRng, resolveSettings } from '@rehearsal/kernel';
import { FAULT_KINDS, FAULTS, faultProblem, type FabricPlan, type FaultKind } from '@rehearsal/lab-port';
import { magnitude } from './chance.js';
import { drawSchedule, targetsOf } from './draw.js';
import { mendOf } from './draw-fault.js';
import { readSchedule, scheduleText, type Schedule } from './schedule.js';

const MEMBERS = ['1_01', '1_02', '1_03', '1_04'];
const PLAN = {
  profile: 'lossless',
  settings: resolveSettings('lossless'),
  traffic: { mix: { https: 80, dns: 20 } },
  roles: [
    { role: 'sync', id: '1', subject: '' },
    ...['1_1', '1_2'].map((id) => ({ role: 'orchestrator', id, subject: '' })),
    ...MEMBERS.map((id) => ({ role: 'member', id, subject: '' })),
    { role: 'outside-world', id: 'outside', subject: '' },
  ],
} as unknown as FabricPlan;

const schedules = (count: number): Schedule[] => Array.from({ length: count }, (_, i) => drawSchedule(i + 1, PLAN));

describe('a schedule', () => {
  it('follows from its seed alone, and survives being kept in a file', () => {
    for (const schedule of schedules(50)) {
      expect(drawSchedule(schedule.seed, PLAN)).toEqual(schedule);
      expect(readSchedule(scheduleText(schedule), 'x.json')).toEqual(schedule);
    }
    expect(drawSchedule(1, PLAN)).not.toEqual(drawSchedule(2, PLAN));
  });

  it('has only faults that a fabric takes, in order, before everything is mended', () => {
    for (const { steps, mendAtMs, settings } of schedules(200)) {
      resolveSettings('lossless', settings);
      let before = 0;
      for (const { atMs, fault, target, to, args } of steps) {
        expect(atMs).toBeGreaterThanOrEqual(before);
        expect(atMs).toBeLessThan(mendAtMs);
        before = atMs;
        expect(faultProblem(fault, Object.keys(args), to !== undefined)).toBeUndefined();
        expect(FAULTS[fault].on).toContain(target.split(' ')[0]);
        expect(target).not.toBe(to);
      }
    }
  });

  it('does every kind of fault in some seed, and few kinds at a time in many', () => {
    const reached = new Set<FaultKind>();
    let narrow = 0;
    const all = schedules(400);
    for (const { steps } of all) {
      const kinds = new Set(steps.filter((s) => !FAULTS[s.fault].mends).map((s) => s.fault));
      for (const { fault } of steps) reached.add(fault);
      if (kinds.size > 0 && kinds.size <= 2) narrow++;
    }
    expect([...FAULT_KINDS].filter((kind) => !reached.has(kind))).toEqual([]);
    expect(narrow).toBeGreaterThan(all.length / 5);
  });

  it('in liveness mode leaves an orchestrator, a member, and all that there is one of', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const gone = Object.keys(drawSchedule(seed, PLAN, 'liveness').gone);
      const left = targetsOf(PLAN)
        .map((t) => `${t.role} ${t.id}`)
        .filter((name) => !gone.includes(name));
      expect(left.some((name) => name.startsWith('orchestrator'))).toBe(true);
      expect(left.some((name) => name.startsWith('member'))).toBe(true);
      expect(left).toEqual(expect.arrayContaining(['sync 1', 'outside-world outside', 'bus bus']));
      expect(drawSchedule(seed, PLAN, 'safety').gone).toEqual({});
    }
  });

  it.each([
    ['{', 'x.json is no JSON'],
    ['{"seed": 1}', 'x.json at mode'],
    [
      scheduleText({ ...drawSchedule(1, PLAN), steps: [{ atMs: 1, fault: 'slap', target: 'x', args: {} }] as never }),
      'steps.0.fault',
    ],
  ])('that is none is refused with its place', (text, where) => {
    expect(() => readSchedule(text, 'x.json')).toThrow(where);
  });
});

describe('a mend', () => {
  it('undoes what does not end by itself, once', () => {
    const hang = { atMs: 5, fault: 'hang', target: 'member 1_01', args: {} } as const;
    expect(mendOf(hang, 9)).toEqual({ atMs: 9, fault: 'resume', target: 'member 1_01', args: {} });
    const link = { atMs: 5, fault: 'link', target: 'member 1_01', to: 'sync 1', args: { cut: true } } as const;
    expect(mendOf(link, 9)).toEqual({ atMs: 9, fault: 'mend', target: 'member 1_01', to: 'sync 1', args: {} });
    const down = { atMs: 5, fault: 'admin', target: 'member 1_01', args: { state: 'down' } } as const;
    expect(mendOf(down, 9)?.args).toEqual({ state: 'up' });
    expect(mendOf(mendOf(down, 9)!, 10)).toBeUndefined();
    expect(mendOf({ ...hang, fault: 'panic' }, 9)).toBeUndefined();
    const device = { ...hang, fault: 'pnote', args: { pnote: 'fwd', report: 'problem', timeoutSec: 2 } } as const;
    expect(mendOf(device, 9)?.args).toEqual({ pnote: 'fwd', report: 'ok' });
  });
});

describe('a magnitude', () => {
  it('stays within its bounds and is small as often as large', () => {
    const rng = createRng(1, 'magnitudes');
    const drawn = Array.from({ length: 4_000 }, () => magnitude(rng, 10, 10_000));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(10_000);
    const below = drawn.filter((n) => n < 316).length;
    expect(below).toBeGreaterThan(1_400);
    expect(below).toBeLessThan(2_600);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Schedule } from './schedule.js';
import { shrink } from './shrink.js';

const step = (atMs: number, fault: 'panic' | 'hang' | 'cpu', target: string, args = {}): Schedule['steps'][number] => ({
  atMs,
  fault,
  target,
  args,
});

const LARGE: Schedule = {
  seed: 7,
  mode: 'liveness',
  settings: { 'dist.l4': true, 'dist.placement': 'spread' },
  weather: { lossPerMillion: 900, clogMaxMs: 40 },
  traffic: { connections: 160, packetsPerSec: 300, mix: { https: 4, dns: 5 } },
  steps: [
    step(900, 'hang', 'member 1_02'),
    step(1_500, 'panic', 'member 1_01', { rebootAfterMs: 800 }),
    step(2_500, 'cpu', 'member 1_03', { busyUsPerPacket: 900, forMs: 500 }),
    step(4_000, 'panic', 'member 1_04'),
    step(9_000, 'hang', 'orchestrator 1_1'),
  ],
  mendAtMs: 12_000,
  lengthMs: 30_000,
  gone: { 'member 1_04': 'kill' },
};

/** Fails where both panics are left, at most 1 s apart or not; remembers how often it was asked. */
function counting(fails: (s: Schedule) => boolean): { runs: number; ask: (s: Schedule) => Promise<boolean> } {
  const counter = {
    runs: 0,
    ask: async (s: Schedule): Promise<boolean> => {
      counter.runs++;
      return fails(s);
    },
  };
  return counter;
}

const panics = (s: Schedule): string[] => s.steps.filter((x) => x.fault === 'panic').map((x) => x.target);

describe('shrinking a schedule', () => {
  it('leaves only what the failure needs', async () => {
    const { ask } = counting(
      (s) => panics(s).join() === 'member 1_01,member 1_04' && Number(s.traffic.connections) >= 10,
    );
    expect(await shrink(LARGE, ask, 1_000)).toEqual({
      ...LARGE,
      mode: 'safety',
      settings: {},
      weather: {},
      gone: {},
      traffic: { connections: 10, packetsPerSec: 1, mix: { https: 1 } },
      steps: [step(0, 'panic', 'member 1_01'), step(0, 'panic', 'member 1_04')],
      mendAtMs: 0,
    });
  });

  it('keeps weather, settings and times that matter', async () => {
    const { ask } = counting(
      (s) =>
        s.weather['lossPerMillion'] !== undefined &&
        s.settings['dist.l4'] === true &&
        s.mendAtMs - (s.steps[0]?.atMs ?? 0) >= 5_000,
    );
    const small = await shrink(LARGE, ask, 1_000);
    expect(small).toMatchObject({ settings: { 'dist.l4': true }, weather: { lossPerMillion: 900 }, steps: [] });
    expect(Object.keys({ ...small.settings, ...small.weather })).toEqual(['dist.l4', 'lossPerMillion']);
    expect(small.mendAtMs).toBeGreaterThanOrEqual(5_000);
    expect(small.mendAtMs).toBeLessThan(10_000);
  });

  it('stops when its runs are over, with the best so far', async () => {
    const counter = counting((s) => panics(s).length === 2);
    const small = await shrink(LARGE, counter.ask, 4);
    expect(counter.runs).toBe(4);
    expect(panics(small)).toEqual(['member 1_01', 'member 1_04']);
    expect(small.steps.length).toBeLessThan(LARGE.steps.length);
  });

  it('gives back a schedule of which nothing can be left out', async () => {
    const { ask } = counting((s) => s === LARGE);
    expect(await shrink(LARGE, ask, 1_000)).toBe(LARGE);
  });
});

import type { Schedule } from './schedule.js';
import { mendOf } from './draw-fault.js';

/** Whether a schedule still fails in the same way. */
export type Fails = (schedule: Schedule) => Promise<boolean>;

/**
 * The smallest schedule found that still fails: fewer steps first (delta debugging), then less of everything else, until
 * nothing more can be left out or `runs` runs are over. The schedule given is known to fail.
 */
export async function shrink(schedule: Schedule, fails: Fails, runs: number): Promise<Schedule> {
  const search = new Search(schedule, fails, runs);
  let before: Schedule;
  do {
    before = search.best;
    await search.fewerSteps();
    await search.less(plainer);
    await search.less(withoutWeather);
    await search.less(withoutSettings);
    await search.less(withoutChanges);
    await search.less(withLessTraffic);
    await search.less(shorter);
    await search.less(withWeakerSteps);
  } while (search.best !== before && search.left > 0);
  return search.best;
}

class Search {
  best: Schedule;
  left: number;
  private readonly fails: Fails;

  constructor(schedule: Schedule, fails: Fails, runs: number) {
    this.best = schedule;
    this.fails = fails;
    this.left = runs;
  }

  async try(smaller: Schedule): Promise<boolean> {
    if (this.left === 0) return false;
    this.left--;
    if (!(await this.fails(smaller))) return false;
    this.best = smaller;
    return true;
  }

  /** Delta debugging: leaves out halves, then quarters, down to single steps. */
  async fewerSteps(): Promise<void> {
    let chunk = Math.ceil(this.best.steps.length / 2);
    while (chunk >= 1 && this.left > 0) {
      let shrunk = false;
      for (let from = 0; from < this.best.steps.length;) {
        const steps = this.best.steps.filter((_, i) => i < from || i >= from + chunk);
        if (await this.try({ ...this.best, steps })) shrunk = true;
        else from += chunk;
      }
      if (chunk === 1 && !shrunk) return;
      chunk = shrunk && chunk === 1 ? 1 : chunk >> 1;
    }
  }

  /** Tries the smaller schedules one after another, from the best so far, as long as one of them fails. */
  async less(smallerOnes: (schedule: Schedule) => readonly Schedule[]): Promise<void> {
    for (let again = true; again && this.left > 0;) {
      again = false;
      for (const smaller of smallerOnes(this.best)) {
        if (await this.try(smaller)) {
          again = true;
          break;
        }
      }
    }
  }
}

function plainer(s: Schedule): Schedule[] {
  const fewerGone = Object.keys(s.gone).map((name) => ({ ...s, gone: without(s.gone, name) }));
  return [...(s.mode === 'liveness' ? [{ ...s, mode: 'safety' as const, gone: {} }] : []), ...fewerGone];
}

function withoutWeather(s: Schedule): Schedule[] {
  const names = Object.keys(s.weather);
  if (names.length === 0) return [];
  return [{ ...s, weather: {} }, ...names.map((name) => ({ ...s, weather: without(s.weather, name) }))];
}

function withoutSettings(s: Schedule): Schedule[] {
  return Object.keys(s.settings).map((name) => ({ ...s, settings: without(s.settings, name) }));
}

/** The policy stays: without it the traffic would be another one. */
function withoutChanges(s: Schedule): Schedule[] {
  const names = Object.keys(s.fabric ?? {}).filter((name) => name !== 'accepts');
  const { asymmetricPercent, ...symmetric } = s.traffic;
  return [
    ...names.map((name) => ({ ...s, fabric: without(s.fabric!, name) })),
    ...(asymmetricPercent === undefined ? [] : [{ ...s, traffic: symmetric }]),
  ];
}

function withLessTraffic(s: Schedule): Schedule[] {
  const { traffic } = s;
  const smaller: Schedule[] = [];
  for (const field of ['connections', 'packetsPerSec'] as const) {
    const value = traffic[field];
    if (typeof value === 'number' && value > 1) smaller.push({ ...s, traffic: { ...traffic, [field]: value >> 1 } });
  }
  const { mix } = traffic;
  const sent = Object.entries(mix ?? {}).filter(([, weight]) => weight > 0);
  if (sent.length > 1) smaller.push(...sent.map(([name]) => ({ ...s, traffic: { ...traffic, mix: { [name]: 1 } } })));
  return smaller;
}

/** Pauses before steps and before everything is mended shrink to half, and to nothing. */
function shorter(s: Schedule): Schedule[] {
  const smaller: Schedule[] = [];
  for (let i = 0; i <= s.steps.length; i++) {
    const from = i === 0 ? 0 : s.steps[i - 1]!.atMs;
    const to = i === s.steps.length ? s.mendAtMs : s.steps[i]!.atMs;
    for (const cut of [to - from, (to - from) >> 1]) {
      // A pause of a few ms is short enough.
      if (cut < 4) continue;
      const steps = s.steps.map((step, at) => (at < i ? step : { ...step, atMs: step.atMs - cut }));
      smaller.push({ ...s, steps, mendAtMs: s.mendAtMs - cut });
    }
  }
  return smaller;
}

function withWeakerSteps(s: Schedule): Schedule[] {
  return s.steps.flatMap((step, at) => {
    const put = (args: typeof step.args): Schedule => ({
      ...s,
      steps: s.steps.map((other, i) => (i === at ? { ...other, args } : other)),
    });
    // A mend says what its fault says; what a fault needs cannot be left out of it.
    if (mendOf(step, 0) === undefined && Object.keys(step.args).length === 0) return [];
    return Object.entries(step.args).flatMap(([name, value]) => {
      const half = typeof value === 'number' && value > 3 ? [put({ ...step.args, [name]: value >> 1 })] : [];
      return [put(without(step.args, name)), ...half];
    });
  });
}

function without<T extends Readonly<Record<string, unknown>>>(fields: T, name: string): T {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name)) as T;
}

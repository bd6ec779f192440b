import { quantile } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { TimedRun } from './time-once.js';

const MINUTE_MS = 60_000;
const DAY_MIN = 24 * 60;

/** A maintenance window by the clock. */
export interface Window {
  readonly opensMin: number;
  readonly lengthMs: number;
}

export const WINDOW = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** `22:00-02:00`; one that ends before it begins is open over midnight. @throws LabError (bad input) */
export function readWindow(text: string): Window {
  const parts = WINDOW.exec(text);
  if (parts === null) {
    throw new LabError('bad-input', `--window ${text} is no window.`, 'Say it as in --window 22:00-02:00.');
  }
  const [from, to] = [minutes(parts[1]!, parts[2]!), minutes(parts[3]!, parts[4]!)];
  return { opensMin: from, lengthMs: (to > from ? to - from : to + DAY_MIN - from) * MINUTE_MS };
}

const minutes = (hours: string, rest: string): number => Number(hours) * 60 + Number(rest);

/** The time by the clock so long after the window opens, rounded up to the second. */
export function clockAt({ opensMin }: Window, afterMs: number): string {
  const seconds = Math.ceil(opensMin * 60 + afterMs / 1000);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${part(Math.floor(seconds / 3600) % 24)}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}`;
}

export interface Spread {
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { p50Ms: quantile(sorted, 500) ?? 0, p95Ms: quantile(sorted, 950) ?? 0 };
}

export interface StepSpread extends Spread {
  readonly name: string;
}

/** By step, in the order of the procedure. */
export function stepSpreads(runs: readonly TimedRun[]): StepSpread[] {
  const [first] = runs;
  return (first?.steps ?? []).map(({ name }, i) => ({
    name,
    ...spreadOf(runs.flatMap((run) => (run.steps[i] === undefined ? [] : [run.steps[i].tookMs]))),
  }));
}

/** When less than all of the group serves: as early as it begins and as late as it ends in any run. */
export interface ReducedCapacity {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sharePercent: number;
}

/** The least share of each stretch of reduced capacity; stretches are those of the first run, widened by the others. */
export function reducedCapacity(runs: readonly TimedRun[]): ReducedCapacity[] {
  const each = runs.map(stretchesOf);
  const [first = []] = each;
  return first.map((stretch, i) => {
    const same = each.flatMap((stretches) => (stretches[i] === undefined ? [] : [stretches[i]]));
    return {
      fromMs: Math.min(...same.map((s) => s.fromMs)),
      toMs: Math.max(...same.map((s) => s.toMs)),
      sharePercent: Math.min(stretch.sharePercent, ...same.map((s) => s.sharePercent)),
    };
  });
}

function stretchesOf({ capacity }: TimedRun): ReducedCapacity[] {
  const stretches: ReducedCapacity[] = [];
  let open: ReducedCapacity | undefined;
  for (const { from, to, share } of capacity) {
    if (share >= 100) {
      if (open !== undefined) stretches.push(open);
      open = undefined;
    } else if (open === undefined) open = { fromMs: from, toMs: to, sharePercent: share };
    else open = { fromMs: open.fromMs, toMs: to, sharePercent: Math.min(open.sharePercent, share) };
  }
  return open === undefined ? stretches : [...stretches, open];
}

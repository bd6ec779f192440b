import { quantile } from '@rehearsal/experiment';
import type { RunOutcome } from '../registry/verb.js';
import { figuresOf } from './figures.js';

/** What changing a setting does, the worst first. `little`: figures move, and no median by more than the bound. */
export const EFFECTS = ['flips', 'moves', 'little', 'none'] as const;
export type Effect = (typeof EFFECTS)[number];

/** A median that changes by more than this share of itself has moved. */
const MOVED = 0.1;
/** How a run goes on inside, and nothing that an operator sees. */
const NOT_COMPARED = 'commits';

interface Summary {
  readonly verdicts: Record<string, number>;
  readonly medians: Record<string, number | null>;
}

export interface MovedFigure {
  readonly figure: string;
  readonly base: number | null;
  readonly here: number | null;
  readonly changePercent: number | null;
  readonly beyondSeeds: boolean;
}

export interface Comparison {
  readonly effect: Effect;
  readonly summary: Summary;
  /** Seeds with another verdict than without the change. */
  readonly flipped: number[];
  /** Why the first of them has. */
  readonly why: string;
  readonly moved: MovedFigure[];
}

/** Compares runs with a change with those of the same seeds without it, in the same order. */
export function compareRuns(base: readonly RunOutcome[], changed: readonly RunOutcome[]): Comparison {
  const flipped = changed.filter((run, i) => verdictOf(run) !== verdictOf(base[i]!));
  const without = summaryOf(base);
  const summary = summaryOf(changed);
  const moved = Object.keys(without.medians).flatMap((figure) => {
    const [was, is] = [without.medians[figure]!, summary.medians[figure] ?? null];
    if (!hasMoved(was, is)) return [];
    const change = was === null || is === null || was === 0 ? null : Math.round(((is - was) / was) * 100);
    return [{ figure, base: was, here: is, changePercent: change, beyondSeeds: isBeyond(base, figure, is) }];
  });
  const isSame = changed.every((run, i) => traceOf(run) === traceOf(base[i]!));
  return {
    effect: flipped.length > 0 ? 'flips' : moved.length > 0 ? 'moves' : isSame ? 'none' : 'little',
    summary,
    flipped: flipped.map((run) => run.seed),
    why: flipped[0] === undefined ? '' : (flipped[0].error ?? flipped[0].result?.reasons[0] ?? 'passes'),
    moved,
  };
}

/** A run that ended without a result has failed. */
function verdictOf(run: RunOutcome): string {
  return run.result?.verdict ?? 'fail';
}

function valuesOf(runs: readonly RunOutcome[]): Map<string, number[]> {
  const values = new Map<string, number[]>();
  for (const { result } of runs) {
    if (result === undefined) continue;
    for (const [name, value] of Object.entries(figuresOf(result))) {
      if (name === NOT_COMPARED) continue;
      const list = values.get(name) ?? [];
      values.set(name, list);
      if (value !== null) list.push(value);
    }
  }
  return values;
}

function summaryOf(runs: readonly RunOutcome[]): Summary {
  const verdicts: Record<string, number> = {};
  for (const run of runs) verdicts[verdictOf(run)] = (verdicts[verdictOf(run)] ?? 0) + 1;
  const medians: Record<string, number | null> = {};
  for (const [name, values] of valuesOf(runs)) {
    values.sort((a, b) => a - b);
    medians[name] = quantile(values, 500);
  }
  return { verdicts, medians };
}

function hasMoved(was: number | null, is: number | null): boolean {
  if (was === null || is === null) return was !== is;
  return Math.abs(is - was) > MOVED * Math.abs(was);
}

function isBeyond(base: readonly RunOutcome[], figure: string, is: number | null): boolean {
  const values = valuesOf(base).get(figure) ?? [];
  if (is === null || values.length === 0) return true;
  return is < Math.min(...values) || is > Math.max(...values);
}

/** All that a run came to, but for its names and the log, which begins with the settings. */
function traceOf(run: RunOutcome): string {
  if (run.result === undefined) return run.error ?? '';
  const { run: _run, folder: _folder, log, ...rest } = run.result;
  return JSON.stringify([rest, log.commits]);
}

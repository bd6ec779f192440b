import { wordsOf } from '@rehearsal/report/words';
import type { CommitLine } from '@rehearsal/runbook';
import type { AsRunStep } from './program.js';

/** Lanes of what an operator wants to read of a step; copies and slots follow from it by the hundred. */
const TOLD: ReadonlySet<string> = new Set(['members', 'orchestrators', 'policy', 'upgrade']);

/** Clocks of processes differ: a decision may bear a time from before the command that led to it. */
export const CLOCKS_WITHIN_MS = 500;

/** What was decided from a command's start to when the fabric had settled, in words. */
export function changesBetween(commits: readonly CommitLine[], { startMs, endMs }: AsRunStep): string[] {
  if (startMs === null || endMs === null) return [];
  const [from, to] = [startMs - CLOCKS_WITHIN_MS, endMs - CLOCKS_WITHIN_MS];
  const within = commits.filter(({ time: { ms } }) => ms >= from && ms < to);
  return within.flatMap(({ stream, events }) =>
    events.flatMap((event) => {
      const said = wordsOf(stream, event);
      return said !== null && TOLD.has(said.lane) ? [said.text] : [];
    }),
  );
}

import { wordsOf } from '@rehearsal/report/words';
import type { CommitLine } from '@rehearsal/runbook';
import { READ_WITHIN_SEC, type AsRunStep } from './program.js';

/** Lanes of what an operator wants to read of a step; copies and slots follow from it by the hundred. */
const TOLD: ReadonlySet<string> = new Set(['members', 'orchestrators', 'policy', 'upgrade']);

/**
 * Clocks of processes differ, the more the longer they run: a decision may bear a time from before the command that led to
 * it. Nothing is decided for twice as long before a command, since what the last one has shown is read first.
 */
export const CLOCKS_WITHIN_MS = (READ_WITHIN_SEC * 1000) / 2;

/** What was decided from each command's start up to that of the next, in words. */
export function changesOf(commits: readonly CommitLine[], steps: readonly Pick<AsRunStep, 'startMs'>[]): string[][] {
  const begun = steps.flatMap(({ startMs }, i) => (startMs === null ? [] : [{ i, from: startMs - CLOCKS_WITHIN_MS }]));
  const changes = steps.map((): string[] => []);
  for (const { stream, events, time } of commits) {
    const during = begun.findLast(({ from }) => from <= time.ms);
    if (during === undefined) continue;
    for (const event of events) {
      const said = wordsOf(stream, event);
      if (said !== null && TOLD.has(said.lane)) changes[during.i]!.push(said.text);
    }
  }
  return changes;
}

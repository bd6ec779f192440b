/** The slot table from a commit on. */
export interface TableStep {
  /** When it was decided, ms since the epoch, by the clock of who decided. */
  readonly atMs: number;
  /** Slots that nobody serves or that have no backup in step. */
  readonly exposed: number;
  /** When the members failed whose losses this commit decides, ms since the epoch. */
  readonly failedAtMs: readonly number[];
}

export interface Redundancy {
  /** The longest time from a member's failure until every slot had a backup in step; null where there was none. */
  readonly longestMs: number | null;
  /** Losses that were not made up for until the end of the log. */
  readonly never: number;
}

/**
 * How long the group was not redundant, by its own decisions: a loss is made up for with the first commit, from the one
 * that decided it on, that leaves no slot exposed.
 * @param steps in the order of the log, which clocks need not agree with
 */
export function redundancyMs(steps: readonly TableStep[]): Redundancy {
  let longestMs: number | null = null;
  let never = 0;
  for (const [index, { failedAtMs }] of steps.entries()) {
    for (const failed of failedAtMs) {
      const over = steps.slice(index).find(({ exposed }) => exposed === 0);
      if (over === undefined) never++;
      else longestMs = Math.max(longestMs ?? 0, Math.round(over.atMs - failed));
    }
  }
  return { longestMs, never };
}

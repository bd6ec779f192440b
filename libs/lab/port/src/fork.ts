import type { Settings } from '@rehearsal/kernel';

/** A run of real processes: no seed leads through it again, but its log says what was decided, and when. */
export interface RecordedRun {
  readonly runId: string;
  /** ms since the epoch. */
  readonly startedAtMs: number;
}

/** Where a simulated run leaves the record of an earlier one, and how it goes on from there. */
export interface ForkPoint {
  /** The recorded log up to the fork, a commit a line: what the simulator comes to must be the same byte for byte. */
  readonly log: readonly string[];
  /** All settings as they are from there on. */
  readonly settings: Settings;
  /** Of the chances from there on; that of the run itself lets them go on as they were. */
  readonly seed: number;
  /** Of a run of real processes: until the fork its log is stored again, and nobody decides anything of their own. */
  readonly recorded?: RecordedRun;
}

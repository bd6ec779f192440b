import type { Activity, ExperimentFile } from '../file/schema.js';
import type { ProcessOutcome } from './tolerance.js';

/**
 * A journal in the shape the Chaos Toolkit writes, so that its reporting reads ours. Its words for
 * how a run ended are its own: ours is the verdict.
 */
export interface ActivityRecord {
  readonly activity: Activity;
  readonly output: ProcessOutcome | null;
  readonly status: 'succeeded' | 'failed';
  readonly exception?: string;
  readonly tolerance_met?: boolean;
  readonly start: string;
  readonly end: string;
  /** Seconds. */
  readonly duration: number;
}

export interface SteadyState {
  readonly steady_state_met: boolean;
  readonly probes: readonly ActivityRecord[];
}

export interface Journal {
  readonly 'chaoslib-version': string;
  readonly platform: string;
  readonly node: string;
  readonly experiment: ExperimentFile;
  readonly start: string;
  readonly end: string;
  /** Seconds. */
  readonly duration: number;
  readonly status: 'completed' | 'failed' | 'aborted';
  readonly deviated: boolean;
  readonly steady_states: {
    readonly before: SteadyState | null;
    readonly after: SteadyState | null;
    readonly during: readonly SteadyState[];
  };
  readonly run: readonly ActivityRecord[];
  readonly rollbacks: readonly ActivityRecord[];
}

/** ms since the epoch as the journal writes times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '');
}

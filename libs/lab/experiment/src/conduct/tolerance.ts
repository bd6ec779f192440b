import type { Tolerance } from '../file/schema.js';

/** What a process left behind. */
export interface ProcessOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether an outcome is within tolerance, as the Chaos Toolkit judges process probes. */
export function withinTolerance(outcome: ProcessOutcome, tolerance: Tolerance): boolean {
  if (typeof tolerance === 'number') return outcome.status === tolerance;
  if (Array.isArray(tolerance)) return tolerance.includes(outcome.status);
  return new RegExp(tolerance.pattern).test(outcome[tolerance.target]);
}

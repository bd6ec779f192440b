import type { RunResult } from '@rehearsal/experiment';
import { z } from 'zod';

const moment = z.number().nullable();

export const stepSchema = z.strictObject({
  line: z.int(),
  section: z.string(),
  command: z.string(),
  /** Where it was typed: `1_03`, `mho 1_1`, or '' for the SMO. */
  target: z.string(),
  status: z.enum(['done', 'failed', 'skipped', 'passed over', 'not reached']),
  startMs: moment,
  endMs: moment,
  output: z.string(),
  /** What was decided in the fabric from its start to its end, in words. */
  changes: z.array(z.string()),
  deviations: z.array(z.string()),
  /** What was done otherwise than a shell would, and speaks against nothing. */
  notes: z.array(z.string()),
});
export type StepOutput = z.output<typeof stepSchema>;

export const assessmentSchema = z.strictObject({
  rules: z.array(z.strictObject({ rule: z.string(), held: z.boolean(), when: moment, why: z.string() })),
  undone: z.array(z.strictObject({ rule: z.string(), what: z.string(), remedy: z.string() })),
  notExecuted: z.array(z.strictObject({ line: z.int(), text: z.string(), safety: z.boolean() })),
});
export type Assessment = z.output<typeof assessmentSchema>;

export interface Verdict {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly reasons: string[];
}

/** What a procedure comes to: failures first, then what nobody can tell. */
export function verdictOf(
  steps: readonly Pick<StepOutput, 'line' | 'command' | 'status' | 'deviations'>[],
  { rules, undone, notExecuted }: Assessment,
  result: Pick<RunResult, 'verdict' | 'reasons' | 'connections'>,
): Verdict {
  const failures = [
    ...steps.flatMap((s) => s.deviations.map((deviation) => `line ${s.line}: ${s.command}: ${deviation}`)),
    ...rules.filter((r) => !r.held).map((r) => `${r.rule}: ${r.why}`),
    ...undone.map((u) => `${u.rule}: ${u.what}`),
    ...(result.connections.lost > 0 ? [`${result.connections.lost} connections were lost`] : []),
    ...(result.verdict === 'fail' ? result.reasons : []),
  ];
  if (failures.length > 0) return { verdict: 'fail', reasons: failures };
  const doubts = [
    ...notExecuted
      .filter((order) => order.safety)
      .map((order) => `line ${order.line} orders what no command did: ${order.text}`),
    ...(result.verdict === 'inconclusive' ? result.reasons : []),
  ];
  if (doubts.length > 0) return { verdict: 'inconclusive', reasons: doubts };
  return { verdict: 'pass', reasons: [] };
}

import { z } from 'zod';

/**
 * What the Chaos Toolkit's reference says a journal is (https://chaostoolkit.org/reference/api/journal/), as far as
 * reports read it. Other keys may stand beside these.
 */
const time = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/, 'expected UTC without a zone, as in 2026-01-31T10:00:00.5');
const activity = z.looseObject({
  type: z.enum(['probe', 'action']),
  name: z.string().min(1),
  provider: z.looseObject({ type: z.enum(['process', 'python', 'http']) }),
});
const run = z
  .looseObject({
    activity,
    status: z.enum(['succeeded', 'failed', 'aborted']),
    output: z.unknown(),
    start: time,
    end: time,
    duration: z.number().min(0),
    tolerance_met: z.boolean().optional(),
  })
  .refine((r) => 'output' in r, 'expected an output, null where there is none');
const steadyState = z.looseObject({ steady_state_met: z.boolean(), probes: z.array(run) });

export const journalSchema = z.looseObject({
  'chaoslib-version': z.string(),
  platform: z.string(),
  node: z.string(),
  experiment: z.looseObject({ title: z.string(), description: z.string(), method: z.array(activity) }),
  start: time,
  end: time,
  duration: z.number().min(0),
  status: z.enum(['completed', 'failed', 'aborted', 'interrupted']),
  deviated: z.boolean(),
  steady_states: z.looseObject({ before: steadyState.nullable(), after: steadyState.nullable() }),
  run: z.array(run),
  rollbacks: z.array(run),
});

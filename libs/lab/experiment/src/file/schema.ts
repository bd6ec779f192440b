import { trafficPlanSchema } from '@rehearsal/traffic';
import { z } from 'zod';

/**
 * Chaos Toolkit's experiment format (https://chaostoolkit.org/reference/api/experiment/), as far as a
 * fabric needs it, and the block `rehearsal` under its `extensions`.
 */

const seconds = z.number().min(0).max(86_400);

const provider = z.strictObject({
  type: z
    .literal('process', { error: 'only process providers are run here; write {type: process, path: rehearse}' })
    .describe('python and http providers need the Chaos Toolkit itself'),
  path: z
    .string()
    .regex(/(^|\/)rehearse$/, 'only the command rehearse is run here')
    .describe('rehearse'),
  arguments: z
    .union([z.string(), z.array(z.union([z.string(), z.number(), z.boolean()]))])
    .default([])
    .describe('a verb and its options, as a list or one string'),
  timeout: seconds.optional().describe('seconds; fails the activity'),
  env: z.record(z.string(), z.string()).optional(),
});

const tolerance = z.union([
  z.int(),
  z.array(z.int()).min(1),
  z.strictObject({
    type: z.literal('regex'),
    pattern: z.string(),
    target: z.enum(['stdout', 'stderr']).default('stdout'),
  }),
]);
export type Tolerance = z.output<typeof tolerance>;

const pauses = z.strictObject({ before: seconds.optional(), after: seconds.optional() });

const common = {
  name: z.string().min(1),
  provider,
  pauses: pauses.optional(),
  background: z.literal(false).optional(),
};

const probe = z.strictObject({ type: z.literal('probe'), ...common, tolerance: tolerance.optional() });
const action = z.strictObject({ type: z.literal('action'), ...common });
const activity = z.discriminatedUnion('type', [probe, action]);
export type Activity = z.output<typeof activity>;

const hypothesisProbe = probe.extend({
  tolerance: tolerance.describe('exit code, exit codes, or {type: regex, pattern, target: stdout}'),
});

const budget = z.strictObject({
  packetsLost: z.int().min(0).optional().describe('packets that may be lost for a named reason'),
  onlyLost: z.array(z.string()).optional().describe('reasons for which packets may be lost; default: any'),
  onlyDropped: z.array(z.string()).optional().describe('reasons for which packets may be dropped; default: any'),
  timesUnderLoad: z
    .int()
    .min(0)
    .optional()
    .describe('how often the group may begin to be under load; default: any number'),
  membersLost: z.int().min(0).optional().describe('how often members may be declared lost; default: any number'),
  connectionsLost: z.int().min(0).optional().describe('connections that may not outlive the faults'),
  connectionsLostAtLeast: z
    .int()
    .min(1)
    .optional()
    .describe('connections that must not outlive them, where an experiment is to show a loss'),
});
export type Budget = z.output<typeof budget>;

const captureSource = z.strictObject({
  file: z.string().min(1).optional().describe('capture file, seen from this file'),
  folder: z.string().min(1).optional().describe('instead of file: every *.pcap, *.pcapng and *.cap of this folder'),
  skipUnreadable: z
    .boolean()
    .optional()
    .describe('leaves files out that are no captures, and says so; else they end the run'),
  maxGapMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .optional()
    .describe('longer pauses are cut to this; 0 cuts none; default: 100 for a folder, 0 for a file'),
  repeats: z.int().min(1).optional(),
  parallel: z.int().min(1).optional(),
  speedPercent: z.int().min(1).optional(),
  packetsPerSec: z.int().min(1).optional(),
});
export type CaptureSource = z.output<typeof captureSource>;

const traffic = trafficPlanSchema.omit({ captures: true }).extend({ captures: z.array(captureSource).optional() });

const settings = z.record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]));

const negativeControl = z.strictObject({
  about: z.string().min(1).describe('why the experiment must not pass then'),
  profile: z.enum(['vendor', 'lossless']).default('lossless'),
  settings: settings.describe('what is changed, a safeguard taken away for example'),
  seed: z.int().min(0).default(1),
  expect: z.string().min(1).describe('regular expression that one of the reasons of the failure matches'),
});
export type NegativeControl = z.output<typeof negativeControl>;

const rehearsal = z.strictObject({
  name: z.literal('rehearsal'),
  fabric: z.string().min(1).optional().describe('fabric file, seen from this file; default: the one beside it'),
  profile: z.enum(['vendor', 'lossless']).optional(),
  settings: settings.default({}),
  links: z
    .boolean()
    .default(false)
    .describe('live: links between roles and the bus that can be touched by hand; a method that touches them has them'),
  traffic: traffic.optional().describe('what the outside world sends; default: the traffic of the fabric file'),
  trafficSimulated: traffic
    .optional()
    .describe('what it sends in the simulator instead, where a packet costs more; default: the same traffic'),
  warmUpSec: seconds.default(2).describe('traffic flows this long before the first look'),
  finishSec: seconds.default(120).describe('how long traffic may take to end by itself'),
  budget: z
    .strictObject({ vendor: budget.optional(), lossless: budget.optional() })
    .default({})
    .describe('by profile; where lossless is not named it may lose nothing'),
  negativeControl: negativeControl
    .optional()
    .describe('a simulated run with other settings that must fail, which shows that the experiment can'),
});
export type RehearsalBlock = z.output<typeof rehearsal>;

const otherExtension = z.looseObject({
  name: z.string().refine((name) => name !== 'rehearsal', { error: 'the rehearsal block is wrong', abort: true }),
});

export const experimentSchema = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  tags: z.array(z.string()).optional(),
  contributions: z.record(z.string(), z.string()).optional(),
  'steady-state-hypothesis': z
    .strictObject({ title: z.string().min(1), probes: z.array(hypothesisProbe).default([]) })
    .optional(),
  method: z.array(activity),
  rollbacks: z.array(activity).optional(),
  extensions: z.array(z.union([rehearsal, otherExtension])).optional(),
});
export type ExperimentFile = z.output<typeof experimentSchema>;

/** The block of an experiment that names none. */
export const DEFAULT_BLOCK: RehearsalBlock = rehearsal.parse({ name: 'rehearsal' });

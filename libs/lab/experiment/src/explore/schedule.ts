import { FAULT_ARGS, FAULT_KINDS, LabError, type FaultArgs, type FaultKind } from '@rehearsal/lab-port';
import { reasonOf, schemaWords } from '@rehearsal/lab-port/plain-words';
import { trafficPlanSchema } from '@rehearsal/traffic';
import { z } from 'zod';

const ms = z.int().min(0).max(600_000);
const plain = z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]);

const stepSchema = z.strictObject({
  /** ms since traffic began. */
  atMs: ms,
  fault: z.enum(FAULT_KINDS as [FaultKind, ...FaultKind[]]),
  /** `member 1_03` */
  target: z.string(),
  to: z.string().optional(),
  args: z.strictObject(FAULT_ARGS),
});

const mode = z.enum(['user', 'network', 'general']);

/** What a seed changes about the fabric besides settings. */
const changesSchema = z.strictObject({
  /** How the interfaces spread packets: inside, outside. */
  modes: z.tuple([mode, mode]).optional(),
  /** Everything inside is hidden behind the address of the outside interface. */
  hide: z.boolean().optional(),
  /** The only services that the policy accepts. */
  accepts: z.array(z.union([z.string(), z.record(z.string(), z.int())])).optional(),
});
export type FabricChanges = z.output<typeof changesSchema>;

/** How what is not of the core fails for good in liveness mode. */
export const ENDS = ['kill', 'hang', 'cut'] as const;

/** Everything one run of explore does; the same schedule gives the same run to the byte. */
export const scheduleSchema = z.strictObject({
  /** Of the simulator. */
  seed: z.int().min(0).max(0xffffffff),
  /**
   * `safety`: in the end everything is mended, and all has to be well. `liveness`: a core is mended and the rest fails
   * for good, and the core has to come to rest serving.
   */
  mode: z.enum(['safety', 'liveness']),
  settings: z.record(z.string(), plain),
  fabric: changesSchema.optional(),
  /** Options of the simulator that differ from calm weather. */
  weather: z.record(z.string(), z.union([z.number(), z.string()])),
  traffic: trafficPlanSchema,
  steps: z.array(stepSchema),
  /** When everything is mended, or the core is; ms since traffic began. */
  mendAtMs: ms,
  /** The whole run, without bringing up the fabric. */
  lengthMs: ms,
  /** By process: how it fails for good at `mendAtMs`. */
  gone: z.record(z.string(), z.enum(ENDS)),
});
export type Schedule = z.output<typeof scheduleSchema>;
export interface FaultStep {
  readonly atMs: number;
  readonly fault: FaultKind;
  readonly target: string;
  readonly to?: string | undefined;
  readonly args: FaultArgs;
}

/** @throws LabError (bad input) naming the place */
export function readSchedule(text: string, path: string): Schedule {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new LabError('bad-input', `${path} is no JSON: ${reasonOf(error)}.`, 'Give a schedule of explore.');
  }
  const read = scheduleSchema.safeParse(json);
  if (read.success) return read.data;
  const { path: place, message } = read.error.issues[0]!;
  throw new LabError(
    'bad-input',
    `${path} at ${place.join('.') || 'the top'}: ${schemaWords(message)}.`,
    'Give a schedule of explore.',
  );
}

/** The schedule as it is kept in a file. */
export function scheduleText(schedule: Schedule): string {
  return `${JSON.stringify(schedule, null, 1)}\n`;
}

/** `2100 ms: link member 1_02 orchestrator 1_1 cut` */
export function stepText(step: FaultStep): string {
  const args = Object.entries(step.args)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`));
  return [`${step.atMs} ms: ${step.fault} ${step.target}`, ...(step.to === undefined ? [] : [step.to]), ...args].join(
    ' ',
  );
}

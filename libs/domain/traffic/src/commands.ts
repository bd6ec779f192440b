import { z } from 'zod';

const deadlineMs = z.int().min(0).max(86_400_000).optional();

/** Commands of whoever carries traffic out, with their arguments; the plan of `start` is checked by `resolvePlan`. */
export const TRAFFIC_COMMANDS = {
  start: z.strictObject({ plan: z.unknown() }),
  stop: z.strictObject({}),
  drain: z.strictObject({ deadlineMs }),
  finish: z.strictObject({ deadlineMs }),
  status: z.strictObject({}),
  ledger: z.strictObject({}),
  connections: z.strictObject({
    from: z.int().min(0).optional(),
    count: z.int().min(1).max(1000).optional(),
    mark: z.string().optional(),
  }),
  /** Packets that did not come out, from entry `from`. */
  losses: z.strictObject({ from: z.int().min(0).optional(), count: z.int().min(1).max(1000).optional() }),
  /** What has been counted so far, with all latencies, for whoever watches. */
  progress: z.strictObject({}),
  /** How fast the plan is carried out, in thousandths of its own rate. */
  pace: z.strictObject({ perMille: z.int().min(1).max(1_000_000) }),
  mark: z.strictObject({ name: z.string().min(1).max(200) }),
} as const;

export type TrafficCommand = keyof typeof TRAFFIC_COMMANDS;

/** Reads a command's arguments; a string says what is wrong with them. */
export function readTrafficArgs<N extends TrafficCommand>(
  name: N,
  args: unknown,
): z.infer<(typeof TRAFFIC_COMMANDS)[N]> | string {
  const parsed = TRAFFIC_COMMANDS[name].safeParse(args);
  if (parsed.success) return parsed.data as z.infer<(typeof TRAFFIC_COMMANDS)[N]>;
  return parsed.error.issues.map((i) => `${name} at ${i.path.join('.') || 'its arguments'}: ${i.message}`).join('; ');
}

export function isTrafficCommand(name: string): name is TrafficCommand {
  return Object.hasOwn(TRAFFIC_COMMANDS, name);
}

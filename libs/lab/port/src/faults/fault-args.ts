import { z } from 'zod';

const perMillion = z.int().min(0).max(1_000_000).optional();

/** Every argument that some fault takes; what each fault takes stands in its row of FAULTS. */
export const FAULT_ARGS = {
  rebootAfterMs: z
    .int()
    .min(0)
    .optional()
    .describe('comes back after this long; default: member.dumpMs and member.rebootMs'),
  cut: z.boolean().optional().describe('nothing gets through'),
  oneWay: z.boolean().optional().describe('only the way from the first end to the other; the way back stays as it is'),
  delayMs: z.int().min(0).max(60_000).optional().describe('everything comes so much later'),
  rateKbps: z.int().min(1).optional().describe('so many kilobits a second get through'),
  logDelayMs: z
    .int()
    .min(0)
    .max(60_000)
    .optional()
    .describe('what the log says comes so much later, and nothing else does; only simulated'),
  lossPerMillion: perMillion.describe('messages lost by chance; only simulated'),
  duplicatePerMillion: perMillion.describe('messages that arrive twice by chance; only simulated'),
  reorderPerMillion: perMillion.describe('messages overtaken by chance; only simulated'),
  roomBytes: z.int().min(0).optional().describe('so much still fits into the log; default: 0'),
  state: z.enum(['up', 'down']).optional().describe('administrative state'),
  busyUsPerPacket: z.int().min(0).optional().describe('processor time each packet costs on top'),
  forMs: z.int().min(0).optional().describe('how long it lasts'),
  kbPerSec: z.int().min(1).optional().describe('how fast memory goes'),
  limitKb: z.int().min(1).optional().describe('how much there is of it'),
  pnote: z.string().min(1).optional().describe('name of the critical device'),
  report: z.enum(['ok', 'init', 'problem']).optional().describe('what the critical device reports'),
  distribution: z
    .enum(['auto-topology', 'manual-general'])
    .optional()
    .describe('auto-topology: by user inside and by network outside; manual-general: by both ends at both'),
  release: z
    .string()
    .min(1)
    .max(32)
    .optional()
    .describe('for members of this release, such as R81.20, alone; default: of the one that serves'),
  reason: z.string().min(1).max(200).optional().describe('why it fails; default: no space left in /var/log'),
  timeoutSec: z.int().min(0).optional().describe('a critical device that reports nothing for this long is a problem'),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type FaultArg = keyof typeof FAULT_ARGS;
export type FaultArgs = { readonly [K in FaultArg]?: z.output<(typeof FAULT_ARGS)[K]> };

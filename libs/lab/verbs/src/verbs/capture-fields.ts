import type { CaptureLimits } from '@rehearsal/traffic';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';

const MOST_PACKETS = 10_000_000;
const MOST_BYTES = 2 ** 31 - 1;
const DEFAULT_LIMITS: CaptureLimits = { maxPackets: 1_000_000, maxBytes: 256 * 1024 * 1024 };

/** What verbs take that can have packets captured. */
export const captureFields = {
  capturePackets: z
    .boolean()
    .default(false)
    .describe('captures every packet with what became of it, for `rehearse export --format pcapng`'),
  captureMaxPackets: z
    .int()
    .min(1)
    .max(MOST_PACKETS)
    .optional()
    .describe(`with --capture-packets: takes no more packets after so many; default: ${DEFAULT_LIMITS.maxPackets}`),
  captureMaxBytes: z
    .int()
    .min(1024)
    .max(MOST_BYTES)
    .optional()
    .describe(`with --capture-packets: takes no more packets at this length; default: ${DEFAULT_LIMITS.maxBytes}`),
};

export interface CaptureWords {
  readonly capturePackets: boolean;
  readonly captureMaxPackets?: number | undefined;
  readonly captureMaxBytes?: number | undefined;
}

/** The limits that were asked for; undefined where nothing is captured. @throws LabError (bad input) */
export function captureLimits(given: CaptureWords): CaptureLimits | undefined {
  const { capturePackets, captureMaxPackets, captureMaxBytes } = given;
  if (!capturePackets) {
    const limit = captureMaxPackets === undefined ? '--capture-max-bytes' : '--capture-max-packets';
    if (captureMaxPackets === undefined && captureMaxBytes === undefined) return undefined;
    throw new LabError('bad-input', `${limit} is the limit of a packet capture.`, 'Ask for one: --capture-packets.');
  }
  return {
    maxPackets: captureMaxPackets ?? DEFAULT_LIMITS.maxPackets,
    maxBytes: captureMaxBytes ?? DEFAULT_LIMITS.maxBytes,
  };
}

/** The same as words of a command line. */
export function captureWords(limits: CaptureLimits | undefined): string[] {
  if (limits === undefined) return [];
  const { maxPackets, maxBytes } = limits;
  return [
    '--capture-packets',
    ...(maxPackets === DEFAULT_LIMITS.maxPackets ? [] : ['--capture-max-packets', String(maxPackets)]),
    ...(maxBytes === DEFAULT_LIMITS.maxBytes ? [] : ['--capture-max-bytes', String(maxBytes)]),
  ];
}

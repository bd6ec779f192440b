import { readConnections, readLosses } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import type { StepOutput } from './assessment.js';

/** Connections that were lost during one command, by what they are put down to. */
export const lostWhenSchema = z.strictObject({
  /** ms since the epoch: the first and the last moment. */
  from: z.number(),
  to: z.number(),
  connections: z.int(),
  cause: z.string(),
  /** The command that was being carried out; null where none was. */
  line: z.int().nullable(),
  command: z.string(),
});
export type LostWhen = z.output<typeof lostWhenSchema>;

/**
 * When connections were lost: when the member that served them failed, or, where none did, when the last of their packets
 * got through.
 */
export function lostWhen(
  folder: string,
  steps: readonly Pick<StepOutput, 'line' | 'command' | 'startMs'>[],
): LostWhen[] {
  const { listed } = readLosses(folder).losses.connections;
  if (listed.length === 0) return [];
  const rows = new Map(readConnections(folder).map((row) => [row.id, row]));
  const found = new Map<string, LostWhen>();
  for (const { id, cause, faultAtMs, alsoWithoutFaults } of listed) {
    if (alsoWithoutFaults) continue;
    const row = rows.get(id);
    const at = faultAtMs ?? row?.lastDeliveredMs ?? row?.openedMs ?? 0;
    const step = steps.findLast(({ startMs }) => startMs !== null && startMs <= at);
    const key = `${step?.line} ${step?.startMs} ${cause}`;
    const sofar = found.get(key) ?? {
      from: at,
      to: at,
      connections: 0,
      cause,
      line: step?.line ?? null,
      command: step?.command ?? '',
    };
    found.set(key, {
      ...sofar,
      from: Math.min(sofar.from, at),
      to: Math.max(sofar.to, at),
      connections: sofar.connections + 1,
    });
  }
  return [...found.values()].sort((a, b) => a.from - b.from);
}

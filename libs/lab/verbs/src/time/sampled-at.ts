import type { Sample, Samples } from '@rehearsal/lab-port';
import type { SampledMoment, SampledRates } from '@rehearsal/operator';

/** The last sample that is not later than the moment, and no older than samples are apart; null without one. */
export function sampledAt(recorded: Samples | null, atMs: number): SampledMoment | null {
  if (recorded === null) return null;
  const { everyMs, members, samples } = recorded;
  const index = samples.findLastIndex((sample) => sample.atMs <= atMs);
  const [row, before] = [samples[index], samples[index - 1]];
  if (row === undefined || atMs - row.atMs > everyMs * 2) return null;
  const connections = new Map<string, number>();
  const rates = new Map<string, SampledRates>();
  members.forEach((id, i) => {
    const own = row.connections[i] ?? null;
    if (own !== null) connections.set(id, own);
    if (before === undefined) return;
    const perSec = (counted: (sample: Sample) => readonly (number | null)[] | undefined): number | null =>
      ratePerSec(row, before, (sample) => counted(sample)?.[i] ?? null);
    const packetsPerSec = perSec((sample) => sample.judged);
    if (packetsPerSec === null) return;
    const bytesPerSec = perSec((sample) => sample.passedBytes);
    rates.set(id, {
      packetsPerSec: Math.round(packetsPerSec),
      bitsPerSec: wholeOrNull(bytesPerSec === null ? null : bytesPerSec * 8),
      connectionsPerSec: wholeOrNull(perSec((sample) => sample.opened)),
    });
  });
  return { connections, rates };
}

const wholeOrNull = (value: number | null): number | null => (value === null ? null : Math.round(value));

/** How fast a counter grew from one sample to the next; null where it was not known, or began anew. */
function ratePerSec(now: Sample, before: Sample, read: (sample: Sample) => number | null): number | null {
  const [to, from, ms] = [read(now), read(before), now.atMs - before.atMs];
  return to === null || from === null || to < from || ms <= 0 ? null : ((to - from) * 1000) / ms;
}

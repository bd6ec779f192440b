import type { Sample, Samples } from '@rehearsal/lab-port';
import type { Points } from '../charts/downsample.js';

export interface NamedPoints extends Points {
  readonly name: string;
}

/** Everything that is plotted over time; x is in seconds since `zeroMs`. */
export interface RunSeries {
  /** How long one point of a rate stands for. */
  readonly rateMs: number;
  readonly sampleMs: number;
  /** Packets a second. */
  readonly throughput: readonly NamedPoints[];
  readonly connections: readonly NamedPoints[];
  readonly aheadOfCopies: readonly NamedPoints[];
  readonly membersActive: Points;
  readonly exposedSlots: Points;
  /** Packets a second that came out, and that did not. */
  readonly delivered: Points;
  readonly notDelivered: Points;
  /** Microseconds. */
  readonly latency: readonly NamedPoints[];
}

/** A rate of fewer packets a point than this is more noise than rate. */
const PACKETS_A_POINT = 20;
const LONGEST_RATE_MS = 2_000;

type Counter = (sample: Sample) => number | null | undefined;

export function seriesOf(recorded: Samples, zeroMs: number): RunSeries {
  const { samples, members, everyMs } = recorded;
  const x = samples.map((s) => (s.atMs - zeroMs) / 1000);
  const gauge = (read: Counter): Points => ({ x, y: samples.map((s) => read(s) ?? null) });
  const step = rateStep(recorded);
  const rates = (read: Counter): Points => rateOf(samples, x, read, step);
  const perMember = (make: (i: number) => Points): NamedPoints[] => members.map((name, i) => ({ name, ...make(i) }));
  const quantile = (name: string, read: (l: NonNullable<Sample['latencyUs']>) => number): NamedPoints => ({
    name,
    ...gauge((s) => (s.latencyUs === null ? null : read(s.latencyUs))),
  });
  return {
    rateMs: step * everyMs,
    sampleMs: everyMs,
    throughput: perMember((i) => rates((s) => s.judged[i])),
    connections: perMember((i) => gauge((s) => s.connections[i])),
    aheadOfCopies: perMember((i) => gauge((s) => s.aheadOfCopies[i])),
    membersActive: gauge((s) => s.membersActive),
    exposedSlots: gauge((s) => s.exposedSlots),
    delivered: rates((s) => s.delivered),
    notDelivered: rates((s) => (s.dropped === null || s.lost === null ? null : s.dropped + s.lost)),
    latency: [
      quantile('longest', (l) => l.max),
      quantile('99 of 100', (l) => l.p99),
      quantile('90 of 100', (l) => l.p90),
      quantile('median', (l) => l.p50),
    ],
  };
}

/** How many samples one point of a rate spans, so that it stands for some packets. */
function rateStep({ samples, members, everyMs }: Samples): number {
  const packets = Math.max(0, ...samples.map((s) => s.sent ?? 0));
  const a = samples.length * Math.max(1, members.length);
  const step = packets === 0 ? 1 : Math.ceil((PACKETS_A_POINT * a) / packets);
  return Math.max(1, Math.min(step, Math.floor(LONGEST_RATE_MS / everyMs)));
}

/** A counter that grows, as what was added a second, each over `step` samples; one that begins anew counts from 0. */
function rateOf(samples: readonly Sample[], x: readonly number[], read: Counter, step: number): Points {
  const out: { x: number[]; y: (number | null)[] } = { x: [], y: [] };
  for (let i = step; i < samples.length; i += step) {
    const [before, now] = [read(samples[i - step]!), read(samples[i]!)];
    const seconds = x[i]! - x[i - step]!;
    out.x.push(x[i]!);
    out.y.push(isNumber(before) && isNumber(now) && seconds > 0 ? grown(before, now) / seconds : null);
  }
  return out;
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';
const grown = (before: number, now: number): number => (now >= before ? now - before : now);

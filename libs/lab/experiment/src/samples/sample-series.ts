import { LatencyHistogram } from '@rehearsal/kernel';
import type { ProcessStatus, Reading, Sample, SampledLatency, Samples } from '@rehearsal/lab-port';
import type { Progress } from '@rehearsal/traffic';
import { worstView } from './worst-view.js';

/**
 * How far samples are apart at first: a live fabric is asked over its own bus, so it is asked less often, and one that
 * stays up least of all.
 */
export const SAMPLE_EVERY_MS = { simulated: 100, processes: 250, standing: 1000 } as const;
/** With so many, every other one is put together with the one before it, and they are twice as far apart. */
const MOST_SAMPLES = 6_000;

/**
 * The readings of a run as a series that stays bounded however long it runs: counters keep their later value, gauges
 * the worse of the two, so that a short disturbance is still there.
 */
export class SampleSeries {
  readonly #members: readonly string[];
  readonly #most: number;
  #everyMs: number;
  #samples: Sample[] = [];
  /** The sample that waits for its other half. */
  #half: Sample | undefined;
  #readingsASample = 1;
  #readings = 0;
  #before = new LatencyHistogram();

  /** @param most an even number */
  constructor(members: readonly string[], everyMs: number, most: number = MOST_SAMPLES) {
    this.#members = members;
    this.#everyMs = everyMs;
    this.#most = most;
  }

  take(reading: Reading): void {
    const sample = this.#sampleOf(reading);
    this.#half = this.#half === undefined ? sample : merged(this.#half, sample);
    if (++this.#readings < this.#readingsASample) return;
    this.#samples.push(this.#half);
    this.#half = undefined;
    this.#readings = 0;
    if (this.#samples.length < this.#most) return;
    const pairs: Sample[] = [];
    for (let i = 0; i + 1 < this.#samples.length; i += 2) pairs.push(merged(this.#samples[i]!, this.#samples[i + 1]!));
    this.#samples = pairs;
    this.#readingsASample *= 2;
    this.#everyMs *= 2;
  }

  series(): Samples {
    const last = this.#half === undefined ? [] : [this.#half];
    return { everyMs: this.#everyMs, members: this.#members, samples: [...this.#samples, ...last] };
  }

  #sampleOf({ status, progress }: Reading): Sample {
    const counted = progress as Progress | undefined;
    const members = this.#members.map((id) => answering(status.members.find((m) => m.id === id)));
    const from = (read: (m: ProcessStatus) => unknown): (number | null)[] =>
      members.map((m) => (m === undefined ? null : numberOrNull(read(m))));
    return {
      atMs: Math.round(status.atMs),
      sent: counted?.sent ?? null,
      delivered: counted?.delivered ?? null,
      dropped: counted?.dropped ?? null,
      lost: counted?.lost ?? null,
      open: counted?.open ?? null,
      latencyUs: counted === undefined ? null : this.#latencySince(counted.latency),
      membersActive: worstView(status, (d) => (d['activeMembers'] as unknown[] | undefined)?.length, Math.min),
      exposedSlots: worstView(status, (d) => d['exposedSlots'], Math.max),
      judged: from((m) => m.detail['judged']),
      passedBytes: from((m) => m.detail['bytesPassed']),
      opened: from((m) => m.detail['connectionsOpened']),
      connections: from((m) => m.connections),
      aheadOfCopies: from((m) => m.detail['aheadOfCopies']),
    };
  }

  #latencySince(pairs: readonly number[]): SampledLatency | null {
    const all = LatencyHistogram.fromPairs(pairs);
    // Fewer than before: traffic was begun anew.
    const since = all.count >= this.#before.count ? all.without(this.#before) : all;
    this.#before = all;
    if (since.count === 0) return null;
    const { count, p50Us, p90Us, p99Us, maxUs } = since.summary();
    return { count, p50: p50Us, p90: p90Us, p99: p99Us, max: maxUs };
  }
}

function answering(member: ProcessStatus | undefined): ProcessStatus | undefined {
  return member !== undefined && member.process === 'running' && member.state !== 'unreachable' ? member : undefined;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

const later = (a: number | null, b: number | null): number | null => b ?? a;
const more = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (b ?? a) : Math.max(a, b);
const fewer = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (b ?? a) : Math.min(a, b);

/** Two samples as one, at the time of the later. */
function merged(a: Sample, b: Sample): Sample {
  const each = (
    read: (s: Sample) => readonly (number | null)[],
    join: (x: number | null, y: number | null) => number | null,
  ): (number | null)[] => read(b).map((value, i) => join(read(a)[i] ?? null, value));
  return {
    atMs: b.atMs,
    sent: later(a.sent, b.sent),
    delivered: later(a.delivered, b.delivered),
    dropped: later(a.dropped, b.dropped),
    lost: later(a.lost, b.lost),
    open: later(a.open, b.open),
    latencyUs: slower(a.latencyUs, b.latencyUs),
    membersActive: fewer(a.membersActive, b.membersActive),
    exposedSlots: more(a.exposedSlots, b.exposedSlots),
    // Who did not answer at the later moment is gone; one that was gone and is back shows.
    judged: [...b.judged],
    passedBytes: b.passedBytes,
    opened: b.opened,
    connections: [...b.connections],
    aheadOfCopies: each((s) => s.aheadOfCopies, more),
  };
}

function slower(a: SampledLatency | null, b: SampledLatency | null): SampledLatency | null {
  if (a === null || b === null) return b ?? a;
  const most = (read: (l: SampledLatency) => number): number => Math.max(read(a), read(b));
  return {
    count: a.count + b.count,
    p50: most((l) => l.p50),
    p90: most((l) => l.p90),
    p99: most((l) => l.p99),
    max: most((l) => l.max),
  };
}

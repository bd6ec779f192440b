import { performance } from 'node:perf_hooks';
import type { Self } from '@rehearsal/kernel';
import { countersOf, exposition, PROCESS_METRICS } from '@rehearsal/protocol';
import type { Family, Labels } from '@rehearsal/protocol';

/**
 * A role's counters and gauges, and the page of them. Adding is a map look-up; everything else happens
 * when somebody asks for the page, which takes well below a millisecond.
 */
export class Metrics {
  readonly #values = new Map<string, number>();
  readonly #labels: Labels;
  readonly #incarnation: number;

  constructor(self: Self) {
    const { fabric, site, role, id, incarnation } = self;
    this.#labels = { fabric, site: String(site), role, id };
    this.#incarnation = incarnation;
  }

  /** Adds to a counter; sets a gauge (ids ending in `_now`). */
  readonly count = (id: string, n: number): void => {
    this.#values.set(id, id.endsWith('_now') ? n : (this.#values.get(id) ?? 0) + n);
  };

  /** By the role's own ids, for whoever keeps the account of a run. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#values);
  }

  /** The page as Prometheus reads it. @throws RangeError for an id that makes no name */
  page(): string {
    const { user, system } = process.cpuUsage();
    const values: Readonly<Record<keyof typeof PROCESS_METRICS, number>> = {
      process_cpu_seconds_total: (user + system) / 1e6,
      process_resident_memory_bytes: process.memoryUsage.rss(),
      process_start_time_seconds: performance.timeOrigin / 1e3,
      rehearsal_event_loop_busy_seconds_total: performance.eventLoopUtilization().active / 1e3,
      rehearsal_incarnation: this.#incarnation,
    };
    const own = Object.entries(PROCESS_METRICS).map(([name, { type, help }]): Family => {
      return { name, type, help, samples: [{ value: values[name as keyof typeof PROCESS_METRICS] }] };
    });
    return exposition([...own, ...countersOf(this.#values)], this.#labels);
  }
}

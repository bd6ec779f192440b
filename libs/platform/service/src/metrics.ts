import type { Self } from '@rehearsal/kernel';

const PREFIX = 'rehearsal_';

/**
 * A role's counters and gauges as a Prometheus page. Adding is a map look-up; everything else, loading
 * the library included, happens when somebody asks for the page.
 */
export class Metrics {
  readonly #values = new Map<string, number>();
  readonly #labels: Readonly<Record<string, string>>;

  constructor(self: Self) {
    const { fabric, site, role, id, incarnation } = self;
    this.#labels = { fabric, site: String(site), role, id, incarnation: String(incarnation) };
  }

  /** Adds to a counter; sets a gauge (ids ending in `_now`). */
  readonly count = (id: string, n: number): void => {
    this.#values.set(id, id.endsWith('_now') ? n : (this.#values.get(id) ?? 0) + n);
  };

  /** Content type and text of the page. */
  async page(): Promise<{ readonly type: string; readonly text: string }> {
    const { Counter, Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    registry.setDefaultLabels(this.#labels);
    const gauge = (name: string, help: string, value: number): void => {
      const metric = new Gauge({ name, help, registers: [] });
      metric.set(value);
      registry.registerMetric(metric);
    };
    const counter = (name: string, help: string, value: number): void => {
      const metric = new Counter({ name, help, registers: [] });
      metric.inc(value);
      registry.registerMetric(metric);
    };
    const { user, system } = process.cpuUsage();
    counter('process_cpu_seconds_total', 'User and system time', (user + system) / 1e6);
    gauge('process_resident_memory_bytes', 'Resident memory', process.memoryUsage.rss());
    for (const [id, value] of this.#values) {
      const add = id.endsWith('_now') ? gauge : counter;
      add(PREFIX + id, id.replaceAll('_', ' '), value);
    }
    return { type: registry.contentType, text: await registry.metrics() };
  }
}

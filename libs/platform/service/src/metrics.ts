import { Counter, Gauge, Registry } from 'prom-client';
import type { Metric } from 'prom-client';
import type { Self } from '@rehearsal/kernel';

const PREFIX = 'rehearsal_';

/**
 * A role's counters and gauges as a Prometheus page. Adding is a map look-up; everything else happens
 * when somebody asks for the page.
 */
export class Metrics {
  readonly #values = new Map<string, number>();
  readonly #registry = new Registry();

  constructor(self: Self) {
    this.#registry.setDefaultLabels({
      fabric: self.fabric,
      site: String(self.site),
      role: self.role,
      id: self.id,
      incarnation: String(self.incarnation),
    });
    this.#registry.registerMetric(
      new Gauge({
        name: 'process_resident_memory_bytes',
        help: 'Resident memory',
        registers: [],
        collect() {
          this.set(process.memoryUsage.rss());
        },
      }),
    );
    this.#registry.registerMetric(
      new Counter({
        name: 'process_cpu_seconds_total',
        help: 'User and system time',
        registers: [],
        collect() {
          const { user, system } = process.cpuUsage();
          this.reset();
          this.inc((user + system) / 1e6);
        },
      }),
    );
  }

  /** Adds to a counter; sets a gauge (ids ending in `_now`). */
  readonly count = (id: string, n: number): void => {
    const known = this.#values.get(id);
    if (known === undefined) this.#register(id);
    this.#values.set(id, id.endsWith('_now') ? n : (known ?? 0) + n);
  };

  /** Content type and text of the page. */
  async page(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #register(id: string): void {
    const value = (): number => this.#values.get(id) ?? 0;
    const common = { name: PREFIX + id, help: id.replaceAll('_', ' '), registers: [] };
    const metric = id.endsWith('_now')
      ? new Gauge({
          ...common,
          collect() {
            this.set(value());
          },
        })
      : new Counter({
          ...common,
          collect() {
            this.reset();
            this.inc(value());
          },
        });
    this.#registry.registerMetric(metric as Metric);
  }
}

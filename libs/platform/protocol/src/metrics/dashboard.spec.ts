import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allMetrics } from './index.js';

/** What the specs look at of a Grafana dashboard. */
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

/** All queries of panels, annotations and variables that name a metric. */
function queriesOf({ panels, annotations, templating }: Dashboard): string[] {
  const variables = templating.list.map((v) => (typeof v.query === 'string' ? v.query : v.query.query));
  return [
    ...panels.flatMap((p) => p.targets.map((t) => t.expr)),
    ...annotations.list.map((a) => a.expr),
    ...variables.filter((query) => query.startsWith('label_values(')),
  ];
}

/** Names of the metrics in a query; a histogram's parts under its own name. */
function queriedMetrics(query: string): string[] {
  const names = query.match(/\b(?:rehearsal|process|nodejs|go)_[a-z_]+\b(?!")/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

const folder = join(import.meta.dirname, '../../../../../infra/grafana');
const dashboard = JSON.parse(readFileSync(join(folder, 'dashboards/rehearsal.json'), 'utf8')) as Dashboard;
const { fabric, process } = allMetrics();
const byName = new Map([...fabric, ...process].map((m) => [m.name, m]));
/** What every sample has, from its page or from Prometheus. */
const COMMON = ['fabric', 'site', 'lab', 'job', 'instance', 'le'];

describe('the dashboard', () => {
  it('asks only for metrics that are told, and for all it is meant to show', () => {
    const asked = [...new Set(queriesOf(dashboard).flatMap(queriedMetrics))];
    expect(asked.filter((name) => !byName.has(name))).toEqual([]);
    expect(asked).toEqual(
      expect.arrayContaining([
        'rehearsal_member_packets_judged_total',
        'rehearsal_member_connections',
        'rehearsal_member_connections_ahead_of_copies',
        'rehearsal_slots_exposed',
        'rehearsal_traffic_packets_dropped_total',
        'rehearsal_traffic_packets_lost_total',
        'rehearsal_traffic_latency_seconds',
        'rehearsal_process_state',
        'rehearsal_log_commits_total',
      ]),
    );
  });

  it('groups and names series by labels they have', () => {
    const wrong = queriesOf(dashboard).flatMap((query) => {
      const own = queriedMetrics(query).map((name) => byName.get(name)!);
      const ofProcess = own.some((m) => process.includes(m)) ? ['role', 'id'] : [];
      const has = new Set([...COMMON, ...ofProcess, ...own.flatMap((m) => m.labels)]);
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap((m) => m[1]!.split(/,\s*/));
      return grouped.filter((label) => !has.has(label)).map((label) => `${label} in ${query}`);
    });
    expect(wrong).toEqual([]);
  });

  it('takes rates of counters, and of nothing else', () => {
    const wrong = queriesOf(dashboard).filter((query) => {
      const counts = queriedMetrics(query).some((name) => /^(counter|histogram)$/.test(byName.get(name)!.type));
      const rates = /\b(rate|increase|changes)\(/.test(query);
      return rates ? !counts : counts && !query.includes('packets_lost_total');
    });
    expect(wrong).toEqual([]);
  });

  it('has panels that do not overlap, each with a number of its own', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map((p) => p.id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('is provisioned by files that Grafana reads', () => {
    expect(readdirSync(join(folder, 'dashboards')).sort()).toEqual(['rehearsal.json', 'rehearsal.yaml']);
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    expect(read('dashboards/rehearsal.yaml')).toMatch(
      /^apiVersion: 1\nproviders:\n(.*\n)*? {6}path: \$REHEARSAL_DASHBOARDS\n/m,
    );
    expect(read('datasources/prometheus.yaml')).toMatch(
      /^apiVersion: 1\ndatasources:\n(.*\n)*? {4}type: prometheus\n/m,
    );
  });
});

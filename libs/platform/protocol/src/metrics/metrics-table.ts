import { FABRIC_METRICS } from './fabric-metrics.js';
import type { MetricType } from './exposition.js';
import { PROCESS_METRICS, ROLE_METRICS } from './role-metrics.js';

export const METRICS_TABLE_START = '<!-- metrics: made by write-metrics, do not edit -->';
export const METRICS_TABLE_END = '<!-- end of metrics -->';

/** One name that can be scraped. */
export interface Told {
  readonly name: string;
  readonly type: MetricType;
  /** Labels besides those that all samples of its endpoint have. */
  readonly labels: readonly string[];
  readonly help: string;
}

/** All names, first those of the fabric, then those of its processes. */
export function allMetrics(): { readonly fabric: readonly Told[]; readonly process: readonly Told[] } {
  const fabric = Object.entries(FABRIC_METRICS).map(([name, { type, labels, help }]) => ({ name, type, labels, help }));
  const roles = new Map<string, Told>();
  for (const { name, type, help, labels = {} } of Object.values(ROLE_METRICS)) {
    roles.set(name, { name, type, help, labels: Object.keys(labels) });
  }
  const own = Object.entries(PROCESS_METRICS).map(([name, { type, help }]) => ({ name, type, help, labels: [] }));
  return { fabric, process: [...own, ...roles.values()] };
}

/** A page with its two tables of metrics as the registry has them. @throws RangeError where it has no place for them */
export function withMetricsTable(page: string): string {
  const from = page.indexOf(METRICS_TABLE_START);
  const to = page.indexOf(METRICS_TABLE_END);
  if (from < 0 || to < from) throw new RangeError(`the page lacks ${METRICS_TABLE_START} … ${METRICS_TABLE_END}`);
  const { fabric, process } = allMetrics();
  const tables = ['### Of the whole fabric\n', table(fabric), '### Of one process\n', table(process)].join('\n');
  return `${page.slice(0, from)}${METRICS_TABLE_START}\n\n${tables}\n${page.slice(to)}`;
}

function table(rows: readonly Told[]): string {
  const lines = rows.map(({ name, type, labels, help }) => {
    const own = labels.map((l) => `\`${l}\``).join(', ');
    return `| \`${name}\` | ${type} | ${unitOf(name, type)} | ${own} | ${help} |\n`;
  });
  return ['| name | type | unit | labels | what it says |\n', '|---|---|---|---|---|\n', ...lines].join('');
}

/** The unit a name ends with, as the conventions of Prometheus have it; what has none is counted. */
function unitOf(name: string, type: MetricType): string {
  const base = type === 'counter' ? name.replace(/_total$/, '') : name;
  const unit = /_(seconds|bytes|ratio)$/.exec(base)?.[1];
  if (unit !== undefined) return unit;
  return name.includes('bytes') ? 'bytes' : 'count';
}

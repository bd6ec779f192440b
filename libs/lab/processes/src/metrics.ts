import type { Metric } from '@rehearsal/lab-port';

const LINE = /^([A-Za-z_:][\w:]*)(?:\{[^}]*\})? (\S+)/;

/** The samples of a Prometheus page that are the role's own (not the runtime's), as metrics. */
export function readMetrics(page: string, prefix: string, role: string, id: string): Metric[] {
  const metrics: Metric[] = [];
  for (const line of page.split('\n')) {
    const match = LINE.exec(line);
    if (match === null || !(match[1] as string).startsWith(prefix)) continue;
    const value = Number(match[2]);
    if (Number.isFinite(value)) metrics.push({ role, id, name: (match[1] as string).slice(prefix.length), value });
  }
  return metrics.sort((a, b) => (a.name < b.name ? -1 : 1));
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { allMetrics, countersOf, ROLE_METRICS, withMetricsTable } from './index.js';

const ROOT = join(import.meta.dirname, '../../../../..');

/** The ids that sources of roles and of what they share count under. */
function counted(): string[] {
  const folders = ['libs/roles', 'libs/domain', 'libs/record/archive', 'libs/platform/protocol', 'libs/platform/bus'];
  const ids = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts') && !/\.spec\.ts$|\.d\.ts$|node_modules|testing/.test(f))
      .flatMap((f) => {
        const text = readFileSync(join(ROOT, folder, f), 'utf8');
        const calls = [...text.matchAll(/\bcount\(([^;]*?),\s*[^,;]*\);/gs)].map((m) => m[1]!);
        return calls.flatMap((c) => [...c.matchAll(/'([a-z]+(?:_[a-z0-9]+)+)'/g)].map((m) => m[1]!));
      }),
  );
  return [...new Set(ids)].sort();
}

describe('the registry of metrics', () => {
  it('has every id a role counts under, and no other', () => {
    const reasons = ['queue_overflow', 'cpu_overload'];
    expect(counted().filter((id) => !reasons.includes(id))).toEqual(Object.keys(ROLE_METRICS).sort());
  });

  it('names as Prometheus has it: counters end in _total, units are base units, no name means two things', () => {
    const { fabric, process } = allMetrics();
    const all = [...fabric, ...process];
    expect(all.filter((m) => (m.type === 'counter') !== m.name.endsWith('_total'))).toEqual([]);
    expect(all.filter((m) => /_(ms|us|kb|percent|milliseconds|now)(_|$)/.test(m.name))).toEqual([]);
    expect(all.filter((m) => !/^(rehearsal|process)_[a-z_]+$/.test(m.name) || m.help === '')).toEqual([]);
    expect(new Set(all.map((m) => m.name)).size).toBe(all.length);
    for (const [id, { type }] of Object.entries(ROLE_METRICS)) {
      expect([id, type]).toEqual([id, id.endsWith('_now') ? 'gauge' : 'counter']);
    }
  });

  it('puts ids of one name together and values in base units', () => {
    const values = new Map([
      ['correction_extra_p99_us_now', 1500],
      ['memory_leaked_kb_now', 2],
      ['correction_extra_p50_us_now', 250],
      ['cpu_percent_now', 85],
      ['new_id_now', 4],
      ['frames_new', 1],
    ]);
    expect(countersOf(values).map(({ name, type, samples }) => [name, type, samples])).toEqual([
      [
        'rehearsal_correction_extra_seconds',
        'gauge',
        [
          { labels: { quantile: '0.99' }, value: 0.0015 },
          { labels: { quantile: '0.5' }, value: 0.00025 },
        ],
      ],
      ['rehearsal_cpu_load_ratio', 'gauge', [{ value: 0.85 }]],
      ['rehearsal_frames_new_total', 'counter', [{ value: 1 }]],
      ['rehearsal_memory_leaked_bytes', 'gauge', [{ value: 2048 }]],
      ['rehearsal_new_id', 'gauge', [{ value: 4 }]],
    ]);
  });

  it('is what docs/observability.md lists', () => {
    // If this fails: npx tsc -b libs/platform/protocol && node libs/platform/protocol/write-metrics.mjs
    const page = readFileSync(join(ROOT, 'docs/observability.md'), 'utf8');
    expect(page).toBe(withMetricsTable(page));
  });
});

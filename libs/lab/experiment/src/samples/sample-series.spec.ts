import { describe, expect, it } from '@jest/globals';
import type { LabStatus, ProcessStatus, Reading } from '@rehearsal/lab-port';
import { LatencyHistogram } from '@rehearsal/kernel';
import type { Progress } from '@rehearsal/traffic';
import { SampleSeries } from './sample-series.js';

const process = (id: string, detail: object, more: Partial<ProcessStatus> = {}): ProcessStatus => ({
  role: 'member',
  id,
  process: 'running',
  pid: null,
  incarnation: 1,
  state: 'ACTIVE',
  ready: true,
  connections: 0,
  detail: { ...detail },
  ...more,
});

interface Moment {
  readonly members?: readonly ProcessStatus[];
  readonly exposed?: readonly number[];
  readonly progress?: Partial<Progress>;
}

function reading(atMs: number, { members = [], exposed = [0], progress }: Moment): Reading {
  const orchestrators = exposed.map((exposedSlots, i) =>
    process(`1_${i + 1}`, { exposedSlots, activeMembers: ['1_01', '1_02'].slice(i) }),
  );
  const none = { atMs, sent: 0, delivered: 0, dropped: 0, lost: 0, open: 0, latency: [] };
  return {
    status: { atMs, members, orchestrators } as unknown as LabStatus,
    progress: progress === undefined ? undefined : { ...none, ...progress },
  };
}

function latency(...us: number[]): number[] {
  const all = new LatencyHistogram();
  for (const value of us) all.record(value);
  return all.pairs();
}

describe('a series of samples', () => {
  it('has what each member says, and nothing of those that do not answer', () => {
    const series = new SampleSeries(['1_01', '1_02', '1_03'], 100);
    const members = [
      process('1_01', { judged: 7, bytesPassed: 700, connectionsOpened: 3, aheadOfCopies: 2 }, { connections: 5 }),
      process('1_02', { judged: 9 }, { state: 'unreachable' }),
      process('1_03', { judged: 9 }, { process: 'rebooting' }),
    ];
    series.take(reading(1000.4, { members, exposed: [3, 8], progress: { sent: 4, delivered: 3, lost: 1, open: 2 } }));
    expect(series.series()).toEqual({
      everyMs: 100,
      members: ['1_01', '1_02', '1_03'],
      samples: [
        {
          atMs: 1000,
          sent: 4,
          delivered: 3,
          dropped: 0,
          lost: 1,
          open: 2,
          latencyUs: null,
          membersActive: 1,
          exposedSlots: 8,
          judged: [7, null, null],
          passedBytes: [700, null, null],
          opened: [3, null, null],
          connections: [5, null, null],
          aheadOfCopies: [2, null, null],
        },
      ],
    });
  });

  it('has the latencies since the sample before, also where traffic is begun anew', () => {
    const series = new SampleSeries([], 100);
    for (const pairs of [latency(10, 20), latency(10, 20, 60), latency(10, 20, 60), latency(33)]) {
      series.take(reading(0, { progress: { latency: pairs } }));
    }
    expect(
      series.series().samples.map((s) => s.latencyUs && [s.latencyUs.count, s.latencyUs.p50, s.latencyUs.max]),
    ).toEqual([[2, 10, 20], [1, 60, 60], null, [1, 33, 33]]);
  });

  it('stays bounded, and keeps the worst of every stretch and the last of every count', () => {
    const series = new SampleSeries([], 100, 8);
    for (let i = 0; i < 1000; i++) {
      series.take(reading(i * 100, { exposed: [i === 777 ? 512 : 0], progress: { sent: i } }));
    }
    const { everyMs, samples } = series.series();
    expect(samples.length).toBeLessThanOrEqual(9);
    expect(everyMs).toBe(12_800);
    expect(samples.map((s) => s.exposedSlots)).toEqual([0, 0, 0, 0, 0, 0, 512, 0]);
    expect(samples.map((s) => s.sent)).toEqual([127, 255, 383, 511, 639, 767, 895, 999]);
    expect(samples.map((s) => s.atMs)).toEqual([12_700, 25_500, 38_300, 51_100, 63_900, 76_700, 89_500, 99_900]);
  });

  it('keeps what stood on the way: counts of nobody are nothing', () => {
    const series = new SampleSeries(['1_01'], 100);
    series.take(reading(0, { exposed: [] }));
    expect(series.series().samples[0]).toMatchObject({
      sent: null,
      membersActive: null,
      exposedSlots: null,
      judged: [null],
    });
  });
});

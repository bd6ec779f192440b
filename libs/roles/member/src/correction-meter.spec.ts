import { describe, expect, it } from '@jest/globals';
import type { Runtime } from '@rehearsal/kernel';
import { CorrectionMeter } from './correction-meter.js';

function given() {
  const counted: [string, number][] = [];
  const meter = new CorrectionMeter({ count: (id, n) => counted.push([id, n]) } as Pick<Runtime, 'count'> as Runtime);
  return { meter, counted: () => counted.splice(0) };
}

describe('what correction costs a member', () => {
  it('is counted as it comes, each packet once', () => {
    const { meter, counted } = given();
    meter.handed();
    meter.handed();
    meter.judgedForOther();
    meter.count();
    expect(counted()).toEqual([
      ['packets_handed_on', 2],
      ['packets_taken_in', 1],
    ]);
    meter.count();
    expect(counted()).toEqual([]);
    meter.judgedForOther();
    meter.count();
    expect(counted()).toEqual([['packets_taken_in', 1]]);
    expect(meter.status()).toMatchObject({ handedOn: 2, takenIn: 2 });
  });

  it('is measured from the keeping of a packet to its answer, and told where there is news', () => {
    const { meter, counted } = given();
    meter.gauge();
    expect(counted()).toEqual([]);
    for (let i = 0; i < 98; i++) meter.settled(1000, 1000.025);
    meter.settled(1000, 1000.05);
    meter.settled(1000, 1007);
    meter.gauge();
    expect(counted()).toEqual([
      ['correction_extra_p50_us_now', 25],
      ['correction_extra_p99_us_now', 50],
    ]);
    meter.gauge();
    expect(counted()).toEqual([]);
    expect(meter.status()).toMatchObject({ correctionExtraUs: { p50: 25, p99: 50, max: 7000 } });
  });
});

import { describe, expect, it } from '@jest/globals';
import { securityGroup } from '../machine.js';
import type { Told } from '../testing/group.js';
import { configured, RULES, settled } from '../testing/group.js';

const loaded = (member: string, percent: number, at: number, incarnation = 1): Told => ({
  type: 'loadReported',
  member,
  incarnation,
  orchestrator: '1_1',
  percent,
  at,
});

describe('a member reports its load', () => {
  it('begins the time under load above the threshold, and not at it', () => {
    const group = settled(2, 4);
    expect(group.decides(loaded('1_02', 80, 5_000))).toEqual([]);
    expect(group.decides(loaded('1_02', 84, 5_000))).toEqual([
      {
        type: 'CulStarted',
        version: 5,
        member: '1_02',
        percent: 84,
        thresholdPercent: 80,
        code: 'CLUS-120200',
        remoteCode: 'CLUS-220201',
        offAt: 16_000,
      },
    ]);
    expect(securityGroup.deadlines(group.state)).toEqual([{ id: 'cul', at: 16_000, input: { type: 'culTimeUp' } }]);
  });

  it('makes it last, whoever reports, in steps of a tenth', () => {
    const group = settled(2, 4);
    group.tell(loaded('1_02', 84, 5_000));
    expect(group.decides(loaded('1_01', 99, 5_999))).toEqual([]);
    expect(group.decides(loaded('1_01', 99, 6_000))).toEqual([
      { type: 'CulExtended', version: 6, member: '1_01', percent: 99, offAt: 17_000 },
    ]);
  });

  it('is over when nobody has reported for long enough, and not before', () => {
    const group = settled(2, 4);
    group.tell(loaded('1_02', 84, 5_000));
    expect(group.decides({ type: 'culTimeUp', at: 15_999 })).toEqual([]);
    expect(group.decides({ type: 'culTimeUp', at: 16_000 })).toEqual([
      { type: 'CulStopped', version: 6, code: 'CLUS-120202' },
    ]);
    expect(group.state.culOffAt).toBe(0);
    expect(group.decides({ type: 'culTimeUp', at: 16_001 })).toEqual([]);
  });

  it('counts for nothing from a member that is out, or of an incarnation that is over', () => {
    const group = settled(2, 4);
    expect(group.decides(loaded('1_02', 99, 1, 3))).toEqual([]);
    expect(configured(2, 4).decides(loaded('1_02', 99, 1))).toEqual([]);
  });

  it('changes nothing where the threshold is off', () => {
    const group = settled(2, 4, { rules: { ...RULES, culThresholdPercent: 0 } });
    expect(group.decides(loaded('1_02', 100, 1))).toEqual([]);
  });
});

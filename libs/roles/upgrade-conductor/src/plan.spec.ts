import { describe, expect, it } from '@jest/globals';
import { resolveSettings, serialNumber } from '@rehearsal/kernel';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { SoftwareState } from '@rehearsal/software';
import type { UpgradeConductorConfig } from './config.js';
import { groupsNow, planFrom } from './plan.js';
import { replacementFrom } from './replacement.js';

const PACKAGE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
const CONFIG: UpgradeConductorConfig = {
  settings: resolveSettings('vendor', { 'factory.take': 7 }),
  securityGroup: 'SG1',
  members: [
    { id: '1_01', weight: 1 },
    { id: '1_02', weight: 1 },
    { id: '1_03', weight: 1, spare: true },
  ],
  orchestrators: ['1_1'],
  software: { release: 'R81.20', take: 99 },
  delivered: {},
  serials: { '1_01': 'A1', '1_02': 'A2', '1_03': 'A3' },
  groups: { A: ['1_01', '1_03'], B: ['1_02'] },
  build: 'spec',
  policyHash: 'none',
};

describe('the groups of an upgrade', () => {
  it('are those of the fabric file, without spares that are in none', () => {
    const groups = (spare: 'free' | 'assigned'): unknown => {
      const members = [{ id: '1_01' }, { id: '1_02' }, { id: '1_03', spare }];
      const now = groupsNow(CONFIG, { members } as unknown as SecurityGroupState);
      return planFrom({ package: PACKAGE }, { ...CONFIG, groups: now }, 0);
    };
    expect(groups('free')).toMatchObject({ groups: [['1_02'], ['1_01']] });
    expect(groups('assigned')).toMatchObject({ groups: [['1_02'], ['1_01', '1_03']] });
  });
});

describe('groups by site', () => {
  const by = (ids: readonly string[]): unknown => {
    const members = [...ids.map((id) => ({ id, weight: 1 })), { id: '1_09', weight: 1, spare: true as const }];
    const plan = planFrom({ package: PACKAGE, order: 'sites' }, { ...CONFIG, members, groups: { A: ['1_01'] } }, 0);
    return typeof plan === 'string' ? plan : plan.groups;
  };

  it('are all members of each site, the last site first, whatever groups are bound', () => {
    expect(by(['1_01', '1_02', '2_01', '2_02'])).toEqual([
      ['2_01', '2_02'],
      ['1_01', '1_02'],
    ]);
  });

  it('are one where there is one site, which whoever decides refuses', () => {
    expect(by(['1_01', '1_02'])).toEqual([['1_01', '1_02']]);
  });
});

describe('the groups that an operator names', () => {
  it('have to be bound in the fabric file, and which is not is named by its key', () => {
    const named = (order: string) => planFrom({ package: PACKAGE, order }, CONFIG, 0);
    expect(named('A,B')).toMatchObject({ groups: [['1_01', '1_03'], ['1_02']] });
    expect(named('B,C')).toBe(
      'upgrade group C is not bound: name it in the fabric file under securityGroups.SG1.groups.C',
    );
  });
});

describe('a new appliance', () => {
  const group = {
    members: [
      { id: '1_01', status: 'active' },
      { id: '1_02', status: 'out' },
    ],
  } as unknown as SecurityGroupState;
  const software = { version: 12 } as SoftwareState;

  it('has a number of the lab and what the fabric file and a setting say, where nothing else is said', () => {
    expect(replacementFrom({ appliance: '1_02', lives: false }, 'branch', CONFIG, group, software)).toEqual({
      type: 'replaceAppliance',
      appliance: '1_02',
      serial: serialNumber('branch', '1_02', 12),
      software: { release: 'R81.20', take: 7 },
      built: [
        { appliance: '1_01', serial: 'A1' },
        { appliance: '1_02', serial: 'A2' },
        { appliance: '1_03', serial: 'A3' },
      ],
      serves: false,
      lives: false,
    });
  });

  it('is what an operator says it is, and in the place of what serves by the record', () => {
    const said = { appliance: '1_01', serial: 'B1', release: 'R82', take: 0, lives: true, why: 'RMA 4711' };
    expect(replacementFrom(said, 'branch', CONFIG, group, software)).toMatchObject({
      serial: 'B1',
      software: { release: 'R82', take: 0 },
      serves: true,
      lives: true,
      why: 'RMA 4711',
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { Told } from '../testing/appliances.js';
import { imported, install, R82, started, T118, T99 } from '../testing/appliances.js';

const T0 = { release: 'R81.20', take: 0 };
const BUILT = [
  { appliance: '1_01', serial: 'A1' },
  { appliance: '1_02', serial: 'A2' },
  { appliance: '1_03', serial: 'A3' },
];
const replace = (change: Readonly<Record<string, unknown>> = {}): Told => {
  const fields = { appliance: '1_02', serial: 'B2', software: T0, built: BUILT, serves: false, lives: false };
  return { type: 'replaceAppliance', ...fields, ...change };
};
const refused = (appliance: string, reason: string) => [
  { type: 'SoftwareRefused', version: 6, command: 'replace', appliance, reason },
];

describe('a new appliance in the place of another', () => {
  it('has its own serial number and what it was delivered with, and the record knows all numbers from then on', () => {
    const appliances = started();
    expect(appliances.tell(replace())).toEqual([
      { type: 'SerialsNoted', version: 6, serials: BUILT },
      { type: 'ApplianceReplaced', version: 6, appliance: '1_02', was: 'A2', serial: 'B2', software: T0 },
    ]);
    expect(appliances.tell(replace({ appliance: '1_03', serial: 'B3', software: R82 }))).toEqual([
      { type: 'ApplianceReplaced', version: 7, appliance: '1_03', was: 'A3', serial: 'B3', software: R82 },
    ]);
    expect(appliances.state.appliances.map((a) => a.serial)).toEqual(['A1', 'B2', 'B3', undefined, undefined]);
  });

  it('has nothing of what was on the one before, and knows which starts were not its own', () => {
    const appliances = imported({ holdsUpgraded: true })
      .installed(1, 'install', '1_02')
      .installed(3, 'upgrade', '1_02');
    appliances.tell({ type: 'setMvc', appliances: ['1_02'], state: 'on' });
    appliances.tell({ type: 'breakInstaller', appliance: '1_02', reason: 'no space' });
    appliances.tell({ type: 'verifyPackage', package: 1, appliances: ['1_02'] });
    const { incarnation } = appliances.of('1_02');
    appliances.tell(replace());
    expect(appliances.of('1_02')).toEqual({
      id: '1_02',
      role: 'member',
      serial: 'B2',
      lastStartBefore: incarnation,
      runs: T0,
      boots: T0,
      incarnation: 0,
      work: null,
      failure: '',
      failedAt: 0,
      mvc: false,
      held: false,
      verified: [],
      before: [],
      snapshots: [],
      broken: '',
    });
  });

  it('has no part in the work that the one before died of, and begins none before it was seen to start', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_02'));
    const work = appliances.of('1_02').work?.since;
    const starts = appliances.of('1_02').incarnation;
    appliances.tell(replace());
    expect(appliances.tell({ type: 'workEnded', appliance: '1_02', work })).toEqual([]);
    expect(appliances.tell(install(1, 'install', '1_02'))).toMatchObject([
      { type: 'SoftwareRefused', reason: '1_02 has not been seen to start yet: wait until it is up' },
    ]);
    expect(appliances.tell({ type: 'booted', appliance: '1_02', incarnation: starts + 1 })).toMatchObject([
      { type: 'ApplianceBooted', appliance: '1_02', incarnation: starts + 1, software: T0 },
    ]);
  });

  it('takes the image of the single management object, as any member that boots', () => {
    const appliances = started();
    appliances.tell(replace());
    appliances.boots('1_02');
    appliances.tell({ type: 'cloneDue', appliance: '1_02', smo: '1_01', software: T99 });
    appliances.ends('1_02');
    appliances.boots('1_02');
    expect(appliances.of('1_02')).toMatchObject({ runs: T99, boots: T99, before: [], serial: 'B2' });
  });

  it('may itself be replaced, also before it has started', () => {
    const appliances = started();
    appliances.tell(replace());
    expect(appliances.tell(replace({ serial: 'C2', software: T118 }))).toMatchObject([
      { type: 'ApplianceReplaced', was: 'B2', serial: 'C2' },
    ]);
    expect(appliances.of('1_02')).toMatchObject({ runs: T118, lastStartBefore: 1 });
  });

  it('may have the number of one that has left', () => {
    const appliances = started();
    appliances.tell(replace());
    expect(appliances.tell(replace({ serial: 'A2' }))).toMatchObject([{ type: 'ApplianceReplaced', was: 'B2' }]);
  });
});

describe('a replacement is refused', () => {
  it.each([
    [{ appliance: '1_09' }, '1_09 is not an appliance of this group'],
    [{ appliance: '1_1' }, '1_1 is no member: only members are replaced'],
    [{ appliance: 'management' }, 'management is no member: only members are replaced'],
    [{ serves: true }, '1_02 serves in the group: take it down, or wait until the group has declared it lost'],
    [{ lives: true }, '1_02 is powered on: only what has failed for good, or was switched off, is replaced'],
    [{ serial: 'A3' }, 'serial number A3 is in use by 1_03: say that of the new one'],
    [{ serial: 'A2' }, 'serial number A2 is in use by 1_02: say that of the new one'],
    [{ built: [] }, 'nobody knows the serial number of 1_02: name it in the fabric file'],
  ])('with %j', (change, reason) => {
    const appliances = started();
    const before = appliances.state;
    expect(appliances.tell(replace(change))).toEqual(
      refused('appliance' in change ? change.appliance : '1_02', reason),
    );
    expect(appliances.state).toEqual({ ...before, version: 6 });
  });
});

import { describe, expect, it } from '@jest/globals';
import { imported, install, R82, started, T118, T99 } from '../testing/appliances.js';

const cloneDue = { type: 'cloneDue', appliance: '1_02', smo: '1_01', software: T118 };
const broken = (reason: string) => ({ type: 'breakInstaller', appliance: '1_01', reason });

describe('the end of work', () => {
  it('is a failure where one is given, and leaves what was there', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.ends('1_01', 'the disk is full')).toEqual([
      { type: 'WorkFailed', version: 10, appliance: '1_01', kind: 'install', reason: 'the disk is full' },
    ]);
    expect(appliances.of('1_01')).toMatchObject({ work: null, boots: T99, failure: 'the disk is full', failedAt: 10 });
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.of('1_01')).toMatchObject({ failure: '', failedAt: 10 });
    expect(appliances.ends('1_01')).toMatchObject([{ type: 'WorkFinished' }]);
  });

  it('is heard once, and of the work it is about', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_01', '1_02'));
    const { since } = appliances.of('1_01').work ?? { since: 0 };
    for (const [id, work] of [
      ['1_01', since - 1],
      ['1_03', since],
      ['1_09', since],
    ] as const) {
      expect(appliances.tell({ type: 'workEnded', appliance: id, work })).toEqual([]);
    }
    appliances.tell({ type: 'workEnded', appliance: '1_01', work: since });
    expect(appliances.tell({ type: 'workEnded', appliance: '1_01', work: since })).toEqual([]);
    expect(appliances.of('1_02').work?.since).toBe(since);
  });

  it('is a failure of the next work where the installer is broken, of one only', () => {
    const appliances = imported();
    expect(appliances.tell(broken('no space'))).toEqual([
      { type: 'InstallerBroken', version: 9, appliance: '1_01', reason: 'no space' },
    ]);
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.ends('1_01')).toMatchObject([{ type: 'WorkFailed', reason: 'no space' }]);
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.ends('1_01')).toMatchObject([{ type: 'WorkFinished' }]);
  });

  it('is none where the installer is mended, or another is broken', () => {
    const appliances = imported();
    appliances.tell(broken('no space'));
    appliances.tell(broken(''));
    expect(appliances.tell({ ...broken('no space'), appliance: '1_09' })).toMatchObject([
      {
        type: 'SoftwareRefused',
        command: 'break',
        appliance: '1_09',
        reason: '1_09 is not an appliance of this group',
      },
    ]);
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.ends('1_01')).toMatchObject([{ type: 'WorkFinished' }]);
  });
});

describe('a start', () => {
  it('is heard once, and none from before it', () => {
    const appliances = started();
    expect(appliances.tell({ type: 'booted', appliance: '1_01', incarnation: 3 })).toEqual([
      { type: 'ApplianceBooted', version: 6, appliance: '1_01', incarnation: 3, software: T99 },
    ]);
    for (const incarnation of [3, 2]) {
      expect(appliances.tell({ type: 'booted', appliance: '1_01', incarnation })).toEqual([]);
    }
    expect(appliances.tell({ type: 'booted', appliance: '1_09', incarnation: 1 })).toEqual([]);
  });

  it('ends the work that the start before it began', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_01', '1_02'));
    expect(appliances.boots('1_01')).toEqual([
      { type: 'ApplianceBooted', version: 10, appliance: '1_01', incarnation: 2, software: T99 },
      {
        type: 'WorkFailed',
        version: 10,
        appliance: '1_01',
        kind: 'install',
        reason: 'the appliance was started again before it was done',
      },
    ]);
    expect(appliances.of('1_01').work).toBeNull();
    expect(appliances.of('1_02').work).not.toBeNull();
    expect(appliances.tell({ type: 'workEnded', appliance: '1_01', work: 9 })).toEqual([]);
  });

  it('ends also what began before the first one was heard: nobody carries it out', () => {
    const appliances = imported();
    appliances.tell({ ...cloneDue, appliance: 'management' });
    expect(appliances.of('management')).toMatchObject({ incarnation: 0, work: { kind: 'clone' } });
    expect(appliances.boots('management').map((e) => e.type)).toEqual(['ApplianceBooted', 'WorkFailed']);
  });
});

describe('a clone that is due', () => {
  it('begins where there is room for it', () => {
    const appliances = started({ cloneNeedsMb: 14 });
    expect(appliances.tell(cloneDue)).toEqual([
      { type: 'WorkBegun', version: 6, appliance: '1_02', kind: 'clone', package: 0, to: T118, smo: '1_01' },
    ]);
    expect(appliances.tell(cloneDue)).toEqual([]);
    appliances.ends('1_02');
    expect(appliances.of('1_02')).toMatchObject({ boots: T118, before: [], held: false });
    expect(appliances.tell(cloneDue)).toEqual([]);
    appliances.boots('1_02');
    expect(appliances.tell({ ...cloneDue, software: R82 })).toMatchObject([{ type: 'WorkBegun', kind: 'clone' }]);
  });

  it('is said to have no room once, and again after something else', () => {
    const appliances = imported({ cloneNeedsMb: 15 });
    const said = {
      type: 'WorkFailed',
      appliance: '1_02',
      kind: 'clone',
      reason: 'the image of 1_01 needs 15 MB, and there are 14: make room, then boot again',
    };
    expect(appliances.tell(cloneDue)).toEqual([{ version: 9, ...said }]);
    expect(appliances.of('1_02')).toMatchObject({ work: null, boots: T99 });
    expect(appliances.tell(cloneDue)).toEqual([]);
    appliances.boots('1_02');
    expect(appliances.tell(cloneDue)).toEqual([]);
    appliances.tell(install(1, 'install', '1_02'));
    appliances.ends('1_02', 'cancelled');
    expect(appliances.tell(cloneDue)).toMatchObject([said]);
  });

  it('is none of the same image, and none of a stranger', () => {
    const appliances = started();
    expect(appliances.tell({ ...cloneDue, software: T99 })).toEqual([]);
    expect(appliances.tell({ ...cloneDue, appliance: '1_09' })).toEqual([]);
  });
});

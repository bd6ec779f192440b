import { describe, expect, it } from '@jest/globals';
import type { Told } from '../testing/appliances.js';
import { imported, install, R82, started, T118, T99 } from '../testing/appliances.js';

const take = (name: string, of: 'configuration' | 'image', ...appliances: readonly string[]): Told => {
  return { type: 'takeSnapshot', name, of, appliances };
};
const revert = (name: string, ...appliances: readonly string[]): Told => {
  return { type: 'revertToSnapshot', name, appliances };
};

describe('a snapshot', () => {
  it('is taken of each appliance, also of one that has not started, and one of the same name is replaced', () => {
    const appliances = imported();
    expect(appliances.tell(take('a', 'image', '1_01', 'management'))).toEqual([
      { type: 'SnapshotTaken', version: 9, appliance: '1_01', name: 'a', of: 'image', software: T99 },
      { type: 'SnapshotTaken', version: 9, appliance: 'management', name: 'a', of: 'image', software: T99 },
    ]);
    appliances.tell(take('b', 'configuration', '1_01'));
    appliances.installed(1, 'install', '1_01');
    appliances.tell(take('a', 'image', '1_01'));
    expect(appliances.of('1_01').snapshots).toEqual([
      { name: 'b', of: 'configuration', software: T99 },
      { name: 'a', of: 'image', software: T118 },
    ]);
  });

  it('is refused of what is busy or has not booted, and of a stranger', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_01', '1_02'));
    appliances.ends('1_02');
    expect(appliances.tell(take('a', 'image', '1_01', '1_02', '1_09'))).toMatchObject([
      { command: 'snapshot', appliance: '1_01', reason: '1_01 is busy: install to R81.20 take 118 is under way' },
      { command: 'snapshot', appliance: '1_02', reason: '1_02 has not booted R81.20 take 118 yet: wait for it' },
      { command: 'snapshot', appliance: '1_09', reason: '1_09 is not an appliance of this group' },
    ]);
  });
});

describe('a revert', () => {
  it('leads back to the image, which is set up as it was then: it may not mix, and does not wait', () => {
    const appliances = imported({ holdsUpgraded: true }).installed(3, 'upgrade', '1_01');
    appliances.tell({ type: 'setMvc', appliances: ['1_01'], state: 'on' });
    const name = 'before_upgrade_of_R81.20_T99';
    expect(appliances.tell(revert(name, '1_01'))).toEqual([
      { type: 'WorkBegun', version: 13, appliance: '1_01', kind: 'revert', package: 0, to: T99, smo: '' },
    ]);
    appliances.ends('1_01');
    expect(appliances.of('1_01')).toMatchObject({ runs: R82, boots: T99, mvc: false, held: false, before: [] });
  });

  it('is refused without such an image, by what there is', () => {
    const appliances = started();
    expect(appliances.tell(revert('a', '1_01'))).toMatchObject([
      { command: 'revert', appliance: '1_01', reason: '1_01 has no snapshot a; it has none' },
    ]);
    appliances.tell(take('b', 'configuration', '1_01'));
    for (const name of ['c', 'd']) appliances.tell(take(name, 'image', '1_01'));
    expect(appliances.tell(revert('a', '1_01'))).toMatchObject([{ reason: '1_01 has no snapshot a; it has c, d' }]);
    expect(appliances.tell(revert('b', '1_01'))).toMatchObject([
      { reason: 'b is a backup of the configuration: there is no image in it' },
    ]);
  });

  it('is refused where it is busy or has never started', () => {
    const appliances = imported();
    appliances.tell(take('a', 'image', '1_01', 'management'));
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.tell(revert('a', '1_01', 'management'))).toMatchObject([
      { reason: '1_01 is busy: install to R81.20 take 118 is under way' },
      { reason: 'management has not been seen to start yet: wait until it is up' },
    ]);
  });
});

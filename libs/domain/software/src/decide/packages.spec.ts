import { describe, expect, it } from '@jest/globals';
import type { Told } from '../testing/appliances.js';
import { HOTFIX, imported, install, JUMBO, packageOf, R82, started, T118, T99 } from '../testing/appliances.js';

const verify = (number: number, ...appliances: readonly string[]): Told => {
  return { type: 'verifyPackage', package: number, appliances };
};
const uninstall = (number: number, ...appliances: readonly string[]): Told => {
  return { type: 'uninstallPackage', package: number, appliances };
};
const refused = (command: string, appliance: string, reason: string): object => {
  return { type: 'SoftwareRefused', command, appliance, reason };
};

describe('import', () => {
  it('numbers packages from 1', () => {
    const appliances = started();
    expect(appliances.tell(packageOf(JUMBO))).toEqual([
      { type: 'PackageImported', version: 6, package: 1, file: JUMBO, kind: 'jumbo', release: 'R81.20', take: 118 },
    ]);
    const blink = 'blink_image_1.1_Check_Point_R82_T777_JHF_T25_SecurityGateway.tgz';
    expect(appliances.tell(packageOf(blink))).toEqual([
      {
        type: 'PackageImported',
        version: 7,
        package: 2,
        file: blink,
        kind: 'upgrade',
        release: 'R82',
        take: 777,
        jumboTake: 25,
      },
    ]);
    expect(appliances.state.packages.map((p) => p.jumboTake)).toEqual([undefined, 25]);
  });

  it('keeps the number of a package that is there', () => {
    expect(imported().tell(packageOf(HOTFIX))).toEqual([
      {
        type: 'SoftwareIgnored',
        version: 9,
        command: 'import',
        appliance: '',
        reason: `${HOTFIX} is imported already, as package 2`,
      },
    ]);
  });
});

describe('verify', () => {
  it('says for each appliance whether the package goes onto it, and says it again', () => {
    const appliances = imported();
    expect(appliances.tell(verify(1, '1_01', '1_09', '1_02', '1_01'))).toEqual([
      { type: 'PackageVerified', version: 9, package: 1, appliance: '1_01' },
      { version: 9, ...refused('verify', '1_09', '1_09 is not an appliance of this group') },
      { type: 'PackageVerified', version: 9, package: 1, appliance: '1_02' },
    ]);
    appliances.tell(verify(3, '1_01'));
    expect(appliances.tell(verify(1, '1_01'))).toHaveLength(1);
    expect(appliances.of('1_01').verified).toEqual([3, 1]);
  });

  it('refuses what does not fit, by what the appliance boots', () => {
    const appliances = imported();
    expect(appliances.tell(verify(2, '1_01'))).toMatchObject([
      refused(
        'verify',
        '1_01',
        'this hotfix was made for R81.20 take 118, and R81.20 take 99 is installed; ask for one made for R81.20 take 99',
      ),
    ]);
    appliances.tell(install(1, 'install', '1_01'));
    appliances.ends('1_01');
    expect(appliances.tell(verify(1, '1_01'))).toMatchObject([
      refused('verify', '1_01', 'R81.20 take 118 is installed already; there is nothing to do'),
    ]);
    expect(appliances.tell(verify(2, '1_01'))).toMatchObject([{ type: 'PackageVerified' }]);
  });

  it.each([
    ['verify', verify(1, '1_01')],
    ['install', install(1, 'install', '1_01')],
    ['upgrade', install(1, 'upgrade', '1_01')],
    ['uninstall', uninstall(1, '1_01')],
  ])('is refused at all for a package that is not there: %s', (command, told) => {
    expect(started().tell(told)).toMatchObject([refused(command, '', 'there is no package 1: none is imported')]);
    expect(imported().tell({ ...told, package: 4 })).toMatchObject([
      refused(command, '', 'there is no package 4: imported are 1 to 3'),
    ]);
  });
});

describe('install', () => {
  it('begins on each by itself', () => {
    const appliances = imported();
    expect(appliances.tell(install(1, 'install', '1_02', '1_1', '1_09'))).toEqual([
      { type: 'WorkBegun', version: 9, appliance: '1_02', kind: 'install', package: 1, to: T118, smo: '' },
      { type: 'WorkBegun', version: 9, appliance: '1_1', kind: 'install', package: 1, to: T118, smo: '' },
      { version: 9, ...refused('install', '1_09', '1_09 is not an appliance of this group') },
    ]);
    expect(appliances.of('1_02')).toMatchObject({ work: { since: 9 }, boots: T99, runs: T99 });
  });

  it('ends with another software to boot, which runs after the next start', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_02'));
    expect(appliances.ends('1_02')).toEqual([
      { type: 'WorkFinished', version: 10, appliance: '1_02', kind: 'install', to: T118 },
    ]);
    expect(appliances.of('1_02')).toMatchObject({ work: null, boots: T118, runs: T99, before: [T99] });
    expect(appliances.boots('1_02')).toEqual([
      { type: 'ApplianceBooted', version: 11, appliance: '1_02', incarnation: 2, software: T118 },
    ]);
    expect(appliances.of('1_02').runs).toEqual(T118);
  });

  it.each([
    ['a release by install', install(3, 'install', '1_01'), 'install', 'package 3 is a release: say installer upgrade'],
    ['a jumbo by upgrade', install(1, 'upgrade', '1_01'), 'upgrade', 'package 1 is a jumbo: say installer install'],
    ['a hotfix by upgrade', install(2, 'upgrade', '1_01'), 'upgrade', 'package 2 is a hotfix: say installer install'],
  ])('refuses %s', (_what, told, command, reason) => {
    expect(imported().tell(told)).toMatchObject([refused(command, '1_01', reason)]);
  });

  it('refuses what is busy, what has not booted, and what is there already, in that order', () => {
    const appliances = imported();
    appliances.tell(install(1, 'install', '1_01'));
    expect(appliances.tell(install(1, 'install', '1_01'))).toMatchObject([
      refused('install', '1_01', '1_01 is busy: install to R81.20 take 118 is under way'),
    ]);
    appliances.ends('1_01');
    expect(appliances.tell(install(1, 'install', '1_01'))).toMatchObject([
      refused('install', '1_01', '1_01 has not booted R81.20 take 118 yet: wait for it'),
    ]);
    appliances.boots('1_01');
    expect(appliances.tell(install(1, 'install', '1_01'))).toMatchObject([
      refused('install', '1_01', 'R81.20 take 118 is installed already; there is nothing to do'),
    ]);
  });

  it('refuses where nobody has ever started, for nobody would carry it out', () => {
    const appliances = imported();
    expect(appliances.tell(install(1, 'install', 'management'))).toMatchObject([
      refused('install', 'management', 'management has not been seen to start yet: wait until it is up'),
    ]);
  });

  it('keeps the image that a release replaces', () => {
    const appliances = imported();
    expect(appliances.tell(install(3, 'upgrade', '1_01'))).toEqual([
      {
        type: 'SnapshotTaken',
        version: 9,
        appliance: '1_01',
        name: 'before_upgrade_of_R81.20_T99',
        of: 'image',
        software: T99,
      },
      { type: 'WorkBegun', version: 9, appliance: '1_01', kind: 'upgrade', package: 3, to: R82, smo: '' },
    ]);
    appliances.ends('1_01');
    expect(appliances.of('1_01')).toMatchObject({ before: [], boots: R82, held: false });
  });

  it('leads to the jumbo that a release brings with it', () => {
    const appliances = started();
    appliances.tell(packageOf('blink_image_1.1_Check_Point_R82_T777_JHF_T25_SecurityGateway.tgz'));
    expect(appliances.tell(install(1, 'upgrade', '1_01')).at(-1)).toMatchObject({ to: { release: 'R82', take: 25 } });
  });
});

describe('uninstall', () => {
  it('leads back to what was there before, jumbo by jumbo', () => {
    const appliances = started();
    for (const take of [105, 118]) appliances.tell(packageOf(JUMBO.replace('118', String(take))));
    appliances.installed(1, 'install', '1_01').installed(2, 'install', '1_01');
    expect(appliances.tell(uninstall(1, '1_01'))).toMatchObject([
      refused('uninstall', '1_01', 'package 1 is not what was installed here last'),
    ]);
    expect(appliances.tell(uninstall(2, '1_01', '1_02'))).toMatchObject([
      { type: 'WorkBegun', kind: 'uninstall', package: 2, to: { release: 'R81.20', take: 105 } },
      refused('uninstall', '1_02', 'package 2 is not what was installed here last'),
    ]);
    appliances.ends('1_01');
    expect(appliances.tell(uninstall(1, '1_01'))).toMatchObject([
      refused('uninstall', '1_01', '1_01 has not booted R81.20 take 105 yet: wait for it'),
    ]);
    appliances.boots('1_01');
    expect(appliances.tell(uninstall(1, '1_01'))).toMatchObject([{ type: 'WorkBegun', to: T99 }]);
    appliances.ends('1_01');
    appliances.boots('1_01');
    expect(appliances.of('1_01')).toMatchObject({ before: [], boots: T99 });
  });

  it('does not take a jumbo for a hotfix that is not there, nor one from under a hotfix that is', () => {
    const appliances = imported().installed(1, 'install', '1_01', '1_02').installed(2, 'install', '1_02');
    expect(appliances.tell(uninstall(2, '1_01'))).toMatchObject([
      refused('uninstall', '1_01', 'package 2 is not what was installed here last'),
    ]);
    expect(appliances.tell(uninstall(1, '1_02'))).toMatchObject([
      refused('uninstall', '1_02', 'package 1 is not what was installed here last'),
    ]);
    expect(appliances.tell(uninstall(2, '1_02'))).toMatchObject([{ type: 'WorkBegun', to: T118 }]);
    appliances.ends('1_02');
    appliances.boots('1_02');
    expect(appliances.tell(uninstall(1, '1_02'))).toMatchObject([{ type: 'WorkBegun', to: T99 }]);
  });

  it('refuses a release, what the fabric came up with, and what is busy', () => {
    const appliances = imported().installed(3, 'upgrade', '1_01');
    expect(appliances.tell(uninstall(3, '1_01'))).toMatchObject([
      refused('uninstall', '1_01', 'package 3 is a release: revert to a snapshot instead'),
    ]);
    appliances.tell(packageOf(JUMBO.replace('118', '99')));
    expect(appliances.tell(uninstall(4, '1_02'))).toMatchObject([
      refused('uninstall', '1_02', 'package 4 is not what was installed here last'),
    ]);
    appliances.tell(install(1, 'install', '1_02'));
    expect(appliances.tell(uninstall(1, '1_02'))).toMatchObject([
      refused('uninstall', '1_02', '1_02 is busy: install to R81.20 take 118 is under way'),
    ]);
  });

  it('goes for a jumbo that came with an image as well: it is on there', () => {
    const appliances = imported().installed(1, 'install', '1_01');
    appliances.tell({ type: 'cloneDue', appliance: '1_02', smo: '1_01', software: T118 });
    appliances.ends('1_02');
    appliances.boots('1_02');
    expect(appliances.tell(uninstall(1, '1_02'))).toMatchObject([{ type: 'WorkBegun', kind: 'uninstall', to: T99 }]);
  });

  it('leads nowhere from an image that came of one who has gone on meanwhile', () => {
    const appliances = imported().installed(1, 'install', '1_01');
    appliances.tell({ type: 'cloneDue', appliance: '1_02', smo: '1_01', software: T118 });
    appliances.tell(uninstall(1, '1_01'));
    appliances.ends('1_01');
    appliances.ends('1_02');
    appliances.boots('1_02');
    expect(appliances.tell(uninstall(1, '1_02'))).toMatchObject([
      refused('uninstall', '1_02', 'package 1 is not what was installed here last'),
    ]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { rankOf } from '@rehearsal/software';
import { appliance, AT_MS, fabricView, member, softwareView } from '../testing/view.js';
import { textOf, type Line } from '../text/line.js';
import { clusterOverview } from './cluster-overview.js';
import { diagPrint, diagVerify } from './asg-diag.js';
import { asgStat } from './asg-stat.js';
import {
  importedPackages,
  availablePackages,
  installedPackages,
  installerAnswer,
  installerError,
} from './installer.js';
import { fwStat, policyVerify } from './policy-verify.js';
import { backupList, backupName, snapshotList } from './snapshots.js';
import { mvcState, verifyUpgrade } from './upgrade-words.js';
import { cpinfoY, fwVer, imageSums, jumboTakes, versionAll } from './versions.js';

const shown = (page: readonly Line[]): string[] => textOf(page, false).trimEnd().split('\n');
const text = (golden: string): string[] => golden.replace(/^\n/, '').trimEnd().split('\n');

/** 1_04 has the jumbo, 1_03 is about to. */
const mixed = fabricView({
  members: [member(1), member(2), member(3, { state: 'DOWN', admin: 'down' }), member(4, { take: 118 })],
  software: softwareView({
    appliances: [
      appliance('1_01', { mvc: true }),
      appliance('1_02'),
      appliance('1_03', {
        work: { kind: 'install', package: 1, to: { release: 'R81.20', take: 118 }, smo: '', since: 9 },
        snapshots: [
          { name: 'old', of: 'image', software: { release: 'R81.10', take: 79 } },
          { name: 'b.tgz', of: 'configuration', software: { release: 'R81.20', take: 99 } },
        ],
      }),
      appliance('1_04', { runs: { release: 'R81.20', take: 118 }, failure: 'the disk is full' }),
    ],
  }),
});

describe('installer', () => {
  it('lists what is imported with its number, and what is not', () => {
    expect(shown(importedPackages(softwareView()))).toEqual(
      text(`
** ************************************************************************* **
**                             Imported Packages                             **
** ************************************************************************* **
Num  Display name                                                     Type           Status
1    Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz            Jumbo          Imported
`),
    );
    expect(shown(availablePackages(softwareView())).slice(4)).toEqual([
      '     /var/log/Check_Point_R82_T777_Fresh_Install_and_Upgrade.tgz      Major Version  Available',
    ]);
    expect(shown(importedPackages(undefined)).slice(3)).toEqual(['No packages']);
  });

  it('shows what members run under one head where they run the same', () => {
    const page = shown(installedPackages(mixed));
    expect(page.filter((l) => /^-|^1_|^ {5}/.test(l))).toEqual([
      '-*- 2 blades: 1_01 1_02 -*-',
      '     R81.20                                                           Major Version  Installed',
      '     R81.20 Jumbo Hotfix Accumulator (Take 99)                        Jumbo          Installed',
      '1_03:',
      '     R81.20                                                           Major Version  Installed',
      '     R81.20 Jumbo Hotfix Accumulator (Take 99)                        Jumbo          Installed',
      '     R81.20 take 118                                                  install        In progress',
      '1_04:',
      '     R81.20                                                           Major Version  Installed',
      '     R81.20 Jumbo Hotfix Accumulator (Take 118)                       Jumbo          Installed',
    ]);
  });

  it('has a row for each member that something was decided for', () => {
    const common = { version: 9, package: 1 } as const;
    const events = [
      { type: 'PackageVerified', appliance: '1_01', ...common },
      { type: 'SoftwareRefused', appliance: '1_03', command: 'verify', reason: '1_03 is busy', version: 9 },
    ] as const;
    expect(shown(installerAnswer('verify', events, '1_01'))).toEqual(
      text(`
Update Service Engine
+------------+-----------------------+
|Member ID   |Status                 |
+------------+-----------------------+
|1_01 (local)|Installation is allowed|
|1_03        |1_03 is busy           |
+------------+-----------------------+
`),
    );
  });

  it('prints a refusal as an error, by member where each has a reason', () => {
    expect(shown(installerError('there is no package 7: none is imported'))).toEqual([
      'Update Service Engine',
      'Error: there is no package 7: none is imported',
    ]);
    expect(shown(installerError('1_01: take 118 is installed; nothing to do; 1_03 is busy: wait')).slice(4, 6)).toEqual(
      ['|1_01        |take 118 is installed; nothing to do|', '|1_03        |is busy: wait                       |'],
    );
  });
});

describe('what each member runs', () => {
  it('is its own everywhere', () => {
    expect(shown(cpinfoY(mixed, '1_04'))[4]).toBe('        HOTFIX_R81_20_JUMBO_HF_MAIN     Take:  118');
    expect(shown(jumboTakes(mixed))).toEqual([
      '-*- 3 blades: 1_01 1_02 1_03 -*-',
      'R81.20 Jumbo Hotfix Accumulator take 99',
      '',
      '1_04:',
      'R81.20 Jumbo Hotfix Accumulator take 118',
    ]);
    const view = fabricView({ members: [member(1), member(2, { release: 'R82', take: 0 })] });
    expect(shown(fwVer(view, '1_02', true))).toEqual([
      "This is Check Point's software version R82 - Build N/A",
      'kernel: R82 - Build N/A',
    ]);
    expect(shown(versionAll(view, '1_02'))[0]).toBe('Product version Check Point Gaia R82');
    expect(shown(asgStat(view, '1_02', false))).toContain(
      `| ${'Version'.padEnd(30)}| ${'R81.20 (Build Number N/A)'.padEnd(44)} |`,
    );
  });

  it('makes sums that differ exactly where it does', () => {
    const [head, sum, , other, otherSum] = shown(imageSums(mixed));
    expect([head, other]).toEqual(['-*- 3 blades: 1_01 1_02 1_03 -*-', '1_04:']);
    expect(sum).toMatch(/^[0-9a-f]{32}$/);
    expect(otherSum).not.toBe(sum);
  });

  it('fails the test of the installation where takes differ, or one failed', () => {
    const page = shown(diagVerify(mixed, 'asg diag'));
    expect(page).toContain('| 3  | Software Versions      | Passed      |                                  |');
    expect(page).toContain('| 4  | Installation           | Failed (!)  | (1)Takes differ (2)Work failed   |');
    expect(shown(diagPrint(mixed, [4]))[7]).toBe(`| ${'Work failed: 1_04: the disk is full'.padEnd(76)} |`);
  });

  it('stands in the overview, with what is being done about it', () => {
    expect(shown(clusterOverview(mixed, '1_02'))).toEqual(
      text(`
+---------------------------------------------------------------------+
| Cluster SG1: 3 of 4 members up                                      |
+---------------------------------------------------------------------+
| Member       | State  | Version | Take | Software                   |
+---------------------------------------------------------------------+
| 1_01 (SMO)   | ACTIVE | R81.20  | 99   |                            |
| 1_02 (local) | ACTIVE | R81.20  | 99   |                            |
| 1_03         | DOWN   | R81.20  | 99   | install to R81.20 take 118 |
| 1_04         | ACTIVE | R81.20  | 118  | failed: the disk is full   |
+---------------------------------------------------------------------+
`),
    );
  });
});

describe('upgrades', () => {
  it('says of a member whether it may serve beside older ones', () => {
    expect(shown(mvcState(mixed, '1_01'))).toEqual(['ON']);
    expect(shown(mvcState(mixed, '1_02'))).toEqual(['OFF']);
    expect(shown(mvcState(fabricView(), '1_02'))).toEqual(['OFF']);
  });

  it('names what speaks against one', () => {
    const page = shown(verifyUpgrade(mixed, 'R82'));
    expect(page.filter((l) => /^\| [A-Z]/.test(l)).map((l) => l.slice(2).replaceAll(/[ |]+/g, ' ').trim())).toEqual([
      'Upgrade to R82',
      'A way leads there Passed',
      'Releases may meet Passed',
      'One release and take Failed (!)',
      'All members are up Failed (!)',
      'Auto-clone is off Passed',
      'Backups are there Failed (!)',
      'Package is imported Failed (!)',
      'Passed: 3/7 checks',
    ]);
    expect(page).toContain(`| ${'    none of 1_01, 1_02, 1_04'.padEnd(76)} |`);
    const older = shown(verifyUpgrade(mixed, 'R81'));
    expect(older[4]).toContain('R81 is older than R81.20; an upgrade only goes up.');
  });
});

describe('what is kept of a member', () => {
  it('are snapshots with an image, and backups without', () => {
    expect(shown(snapshotList(mixed, '1_03'))).toEqual(
      text(`
Restore points:
---------------
old (R81.10 take 79)

Restore point now under creation:
---------------------------------
No restore point now under creation
`),
    );
    expect(shown(backupList(mixed, '1_03'))).toEqual(['b.tgz (R81.20 take 99)']);
    expect(shown(backupList(mixed, '1_01'))).toEqual(['No backups']);
    expect(backupName('SG1-ch01-01', 'Mon Mar  2 10:48:18 2026')).toBe('backup_SG1-ch01-01_02_Mar_2026_10_48_18.tgz');
  });
});

describe('policies', () => {
  it('are compared with that of the SMO', () => {
    const view = fabricView({
      members: [member(1), member(2, { policy: { hash: 'bb', stage: '' } }), member(3, { policy: null })],
      group: { ...fabricView().group, policyAtMs: AT_MS },
    });
    expect(shown(policyVerify(view))).toEqual(
      text(`
+--------------------------------------------------------------------+
| Policy Verification                                                |
+--------------------------------------------------------------------+
| SGM  | Policy Name | Policy Date   | Policy Signature | Status     |
+--------------------------------------------------------------------+
| 1_01 | N/A         | 02Mar26 10:48 | aa               | Success    |
| 1_02 | N/A         | 02Mar26 10:48 | bb               | Failed (!) |
| 1_03 | N/A         | 02Mar26 10:48 | N/A              | N/A        |
+--------------------------------------------------------------------+
Policy Verification failed: 1_02 differ from the SMO
`),
    );
    expect(shown(fwStat(view, '1_01'))).toEqual([
      'HOST      POLICY     DATE',
      'localhost N/A        02Mar26 10:48 :  [>inside] [<inside] [>outside] [<outside]',
    ]);
  });

  it('are compared within a release, each with its date', () => {
    const newer = { release: 'R82', policy: { hash: 'bb', stage: '' } };
    const view = fabricView({
      members: [member(1), member(2), member(3, newer), member(4, { ...newer, policy: { hash: 'cc', stage: '' } })],
      group: {
        ...fabricView().group,
        policyAtMs: AT_MS,
        policiesAtMs: [
          { rank: rankOf('R81.20'), atMs: AT_MS - 3_600_000 },
          { rank: rankOf('R82'), atMs: AT_MS },
        ],
      },
    });
    expect(shown(policyVerify(view))).toEqual(
      text(`
+------------------------------------------------------------------------------+
| Policy Verification                                                          |
+------------------------------------------------------------------------------+
| SGM  | Version | Policy Name | Policy Date   | Policy Signature | Status     |
+------------------------------------------------------------------------------+
| 1_01 | R81.20  | N/A         | 02Mar26 09:48 | aa               | Success    |
| 1_02 | R81.20  | N/A         | 02Mar26 09:48 | aa               | Success    |
| 1_03 | R82     | N/A         | 02Mar26 10:48 | bb               | Success    |
| 1_04 | R82     | N/A         | 02Mar26 10:48 | cc               | Failed (!) |
+------------------------------------------------------------------------------+
Policy Verification failed: 1_04 differ from others of their version
`),
    );
    expect(shown(asgStat(view, '1_01', false)).filter((line) => line.includes('FW Policy Date'))).toEqual([
      '| FW Policy Date (R81.20)       | 02Mar26 09:48                                |',
      '| FW Policy Date (R82)          | 02Mar26 10:48                                |',
    ]);
    const same = fabricView({ members: [member(1), member(3, newer)] });
    expect(shown(policyVerify(same)).at(-1)).toBe('Policy Verification completed successfully');
    const diag = shown(diagPrint(view, [7])).join('\n');
    expect(diag).toContain('1_04 has cc');
    expect(diag).not.toContain('1_03 has');
  });
});

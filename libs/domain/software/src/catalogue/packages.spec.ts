import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  compareSoftware,
  packageMetadata,
  packageName,
  readPackageName,
  RELEASE_NAMES,
  softwareAfter,
  whatIsWrongWith,
  type SoftwarePackage,
} from './index.js';

const release = fc.constantFrom(...RELEASE_NAMES, 'R80.40', 'R82.10');
const take = fc.integer({ min: 1, max: 9999 });
const anyPackage: fc.Arbitrary<SoftwarePackage> = fc.oneof(
  fc.record({ kind: fc.constantFrom('jumbo' as const, 'hotfix' as const, 'upgrade' as const), release, take }),
  fc.record({ kind: fc.constant('upgrade' as const), release, take, jumboTake: take }),
);

const JUMBO = { kind: 'jumbo', release: 'R81.20', take: 118 } as const;

describe('the name of a package', () => {
  it.each([
    ['Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz', JUMBO],
    ['Check_Point_R82_jumbo_hf_main_Bundle_T60_FULL.tar', { kind: 'jumbo', release: 'R82', take: 60 }],
    ['BUNDLE_R81_20_JUMBO_HF_MAIN#76', { kind: 'jumbo', release: 'R81.20', take: 76 }],
    ['Check_Point_R81.20_T631_Fresh_Install_and_Upgrade.tgz', { kind: 'upgrade', release: 'R81.20', take: 631 }],
    [
      'blink_image_1.1_Check_Point_R82_T777_JHF_T60_SecurityGateway.tgz',
      { kind: 'upgrade', release: 'R82', take: 777, jumboTake: 60 },
    ],
    ['fw1_wrapper_HOTFIX_R81_20_JHF_T99_054_MAIN_FULL.tgz', { kind: 'hotfix', release: 'R81.20', take: 99 }],
  ])('%s is read', (file, pkg) => {
    expect(readPackageName(file)).toStrictEqual({ ...pkg, file });
    expect(readPackageName(`/var/log/${file}`)).toStrictEqual({ ...pkg, file });
  });

  it.each([
    '',
    'R81.20',
    'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.zip',
    'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T_FULL.tgz',
    'x_Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz',
  ])('%j is none', (file) => {
    expect(readPackageName(file)).toBeUndefined();
  });

  it('is written in the style of the release', () => {
    expect(packageName(JUMBO)).toBe('Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz');
    expect(packageName({ ...JUMBO, release: 'R82', take: 60 })).toBe(
      'Check_Point_R82_jumbo_hf_main_Bundle_T60_FULL.tar',
    );
    expect(packageName({ kind: 'hotfix', release: 'R81.20', take: 99 })).toBe('HOTFIX_R81_20_JHF_T99_FULL.tgz');
  });

  it('says what the package is', () => {
    fc.assert(
      fc.property(anyPackage, (pkg) => {
        const file = packageName(pkg);
        expect(readPackageName(file)).toStrictEqual({ ...pkg, file });
      }),
    );
  });
});

describe('the record of a package', () => {
  it('has the keys of the vendor', () => {
    expect(packageMetadata(JUMBO)).toStrictEqual({
      PATCH_NAME: 'BUNDLE_R81_20_JUMBO_HF_MAIN',
      TAKE_NUMBER: 118,
      PACKAGE_TYPE: 'BUNDLE',
      DIRECT_BASE_VERSION: 'R81.20',
    });
    expect(packageMetadata({ kind: 'hotfix', release: 'R81.20', take: 99 })).toMatchObject({
      PATCH_NAME: 'HOTFIX_R81_20_JHF_T99',
      PACKAGE_TYPE: 'HOTFIX',
    });
    expect(packageMetadata({ kind: 'upgrade', release: 'R82', take: 777 })).toMatchObject({
      PATCH_NAME: 'Check_Point_R82_T777_Fresh_Install_and_Upgrade',
      PACKAGE_TYPE: 'MAJOR',
    });
  });
});

describe('a package goes onto', () => {
  const at = (release: string, take: number) => ({ release, take });

  it.each([
    [at('R81.20', 98), undefined],
    [at('R81.20', 0), undefined],
    [at('R81.20', 118), 'R81.20 take 118 is installed already; there is nothing to do'],
    [
      at('R81.20', 119),
      'take 118 is older than take 119, which is installed; uninstall that first, or get a higher take',
    ],
    [
      at('R81.10', 79),
      'this jumbo is for R81.20, and R81.10 is installed; get a jumbo of R81.10, or upgrade to R81.20 first',
    ],
    [at('R82', 0), 'this jumbo is for R81.20, and R82 is installed; get a jumbo of R82'],
  ])('%j: the jumbo of R81.20, take 118', (onto, wrong) => {
    expect(whatIsWrongWith(JUMBO, onto)).toBe(wrong);
  });

  it.each([
    [at('R81.20', 99), undefined],
    [
      at('R81.20', 118),
      'this hotfix was made for R81.20 take 99, and R81.20 take 118 is installed; ask for one made for R81.20 take 118',
    ],
  ])('%j: a hotfix for R81.20 take 99', (onto, wrong) => {
    expect(whatIsWrongWith({ kind: 'hotfix', release: 'R81.20', take: 99 }, onto)).toBe(wrong);
  });

  it.each([
    ['R81.20', 'zero-downtime', undefined],
    ['R81.10', 'minimum-downtime', undefined],
    [
      'R81.10',
      'zero-downtime',
      'R82 is more than one zero-downtime upgrade from R81.10; upgrade to R81.20 first, or choose minimum-downtime',
    ],
    ['R82', 'zero-downtime', 'R82 is installed already; for a higher take get a jumbo of R82'],
    ['R76', 'zero-downtime', 'R76 is no release that this catalogue knows; it knows R81, R81.10, R81.20, R82'],
  ] as const)('%s, %s: an upgrade to R82', (from, method, wrong) => {
    expect(whatIsWrongWith({ kind: 'upgrade', release: 'R82', take: 777 }, at(from, 10), method)).toBe(wrong);
  });

  it('an older release only by a snapshot', () => {
    expect(whatIsWrongWith({ kind: 'upgrade', release: 'R81.20', take: 631 }, at('R82', 0))).toBe(
      'R81.20 is older than R82; an upgrade only goes up. Revert to a snapshot of R81.20 instead',
    );
  });

  it('leaves its own software behind', () => {
    expect(softwareAfter(JUMBO, at('R81.20', 98))).toStrictEqual(at('R81.20', 118));
    expect(softwareAfter({ kind: 'upgrade', release: 'R82', take: 777 }, at('R81.20', 118))).toStrictEqual(
      at('R82', 0),
    );
    expect(
      softwareAfter({ kind: 'upgrade', release: 'R82', take: 777, jumboTake: 60 }, at('R81.20', 118)),
    ).toStrictEqual(at('R82', 60));
  });

  it('nothing that would be older afterwards', () => {
    fc.assert(
      fc.property(anyPackage, release, fc.nat(9999), (pkg, from, installed) => {
        const onto = { release: from, take: installed };
        if (whatIsWrongWith(pkg, onto) !== undefined) return;
        const after = compareSoftware(softwareAfter(pkg, onto), onto);
        if (pkg.kind === 'hotfix') expect(after).toBe(0);
        else expect(after).toBeGreaterThan(0);
      }),
    );
  });
});

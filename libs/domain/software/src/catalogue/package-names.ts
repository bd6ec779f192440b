import { styleOf } from './releases.js';
import type { Software } from './software.js';

export interface SoftwarePackage {
  readonly kind: 'jumbo' | 'upgrade' | 'hotfix';
  readonly release: string;
  /**
   * The number after the T: of a jumbo its take, of an upgrade the number of its image (no jumbo's take), of a
   * hotfix the take of the jumbo that it was made for.
   */
  readonly take: number;
  /** The take of the jumbo within an upgrade; absent where the image brings none. */
  readonly jumboTake?: number;
}

/** A package as the name of its file tells it. */
export interface PackageFile extends SoftwarePackage {
  /** Without its folder. */
  readonly file: string;
}

const UNDERSCORED = String.raw`(?<release>R\d{2}(?:_\d{1,2})*)`;
const DOTTED = String.raw`(?<release>R\d{2}(?:\.\d{1,2})*)`;
const TAKE = String.raw`(?<take>\d{1,9})`;

/** Names are read in either case and with either ending, for both are seen within one release. */
const FORMS: readonly (readonly [SoftwarePackage['kind'], RegExp])[] = [
  ['jumbo', new RegExp(`^Check_Point_${UNDERSCORED}_JUMBO_HF_MAIN_Bundle_T${TAKE}_FULL\\.(?:tgz|tar)$`, 'i')],
  ['jumbo', new RegExp(`^BUNDLE_${UNDERSCORED}_JUMBO_HF_MAIN#${TAKE}$`, 'i')],
  ['upgrade', new RegExp(`^Check_Point_${DOTTED}_T${TAKE}_Fresh_Install_and_Upgrade\\.(?:tgz|tar)$`, 'i')],
  [
    'upgrade',
    new RegExp(
      `^Blink_image_[\\d.]+_Check_Point_${DOTTED}_T${TAKE}(?:_JHF_T(?<jumboTake>\\d{1,9}))?_SecurityGateway\\.(?:tgz|tar)$`,
      'i',
    ),
  ],
  ['hotfix', new RegExp(`^(?:\\w+_)?HOTFIX_${UNDERSCORED}_JHF_T${TAKE}(?:_\\w+)?_FULL\\.(?:tgz|tar)$`, 'i')],
];

/** Reads the name of a package, with or without its folder; undefined for any other (fidelity: F-PACKAGE-NAMES). */
export function readPackageName(path: string): PackageFile | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  for (const [kind, form] of FORMS) {
    const parts = form.exec(file)?.groups;
    if (parts === undefined) continue;
    const jumboTake = Number(parts['jumboTake'] ?? 0);
    return {
      kind,
      release: parts['release']!.toUpperCase().replaceAll('_', '.'),
      take: Number(parts['take']),
      ...(jumboTake > 0 && { jumboTake }),
      file,
    };
  }
  return undefined;
}

/** The name of a package's file, in the style of its release. */
export function packageName({ kind, release, take, jumboTake = 0 }: SoftwarePackage): string {
  const { jumboWord, jumboEnding } = styleOf(release);
  switch (kind) {
    case 'jumbo':
      return `Check_Point_${underscored(release)}_${jumboWord}_Bundle_T${take}_FULL.${jumboEnding}`;
    case 'hotfix':
      return `${patchName({ kind, release, take })}_FULL.tgz`;
    case 'upgrade':
      return jumboTake === 0
        ? `Check_Point_${release}_T${take}_Fresh_Install_and_Upgrade.tgz`
        : `blink_image_1.1_Check_Point_${release}_T${take}_JHF_T${jumboTake}_SecurityGateway.tgz`;
  }
}

/** What a package says of itself, under the vendor's keys. */
export interface PackageMetadata {
  readonly PATCH_NAME: string;
  readonly TAKE_NUMBER: number;
  readonly PACKAGE_TYPE: 'BUNDLE' | 'HOTFIX' | 'MAJOR';
  readonly DIRECT_BASE_VERSION: string;
}

const TYPES = { jumbo: 'BUNDLE', hotfix: 'HOTFIX', upgrade: 'MAJOR' } as const;

/** The record of a jumbo is documented; those of the other kinds are by analogy, an upgrade being its own base. */
export function packageMetadata(pkg: SoftwarePackage): PackageMetadata {
  return {
    PATCH_NAME: patchName(pkg),
    TAKE_NUMBER: pkg.take,
    PACKAGE_TYPE: TYPES[pkg.kind],
    DIRECT_BASE_VERSION: pkg.release,
  };
}

/** What runs on a machine after the package was installed on it. */
export function softwareAfter(pkg: SoftwarePackage, onto: Software): Software {
  switch (pkg.kind) {
    case 'jumbo':
      return { release: pkg.release, take: pkg.take };
    case 'upgrade':
      return { release: pkg.release, take: pkg.jumboTake ?? 0 };
    case 'hotfix':
      return onto;
  }
}

/** The name that a package goes by once it is installed. */
function patchName(pkg: SoftwarePackage): string {
  const { kind, release, take } = pkg;
  if (kind === 'jumbo') return `BUNDLE_${underscored(release)}_JUMBO_HF_MAIN`;
  if (kind === 'hotfix') return `HOTFIX_${underscored(release)}_JHF_T${take}`;
  return packageName(pkg).replace(/\.\w+$/, '');
}

const underscored = (release: string): string => release.replaceAll('.', '_');

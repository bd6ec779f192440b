import type { Certainty } from '@rehearsal/kernel';

interface ReleaseData {
  readonly name: string;
  /** How its jumbos spell themselves in the name of a file. */
  readonly jumboWord: 'JUMBO_HF_MAIN' | 'jumbo_hf_main';
  readonly jumboEnding: 'tgz' | 'tar';
  /** Takes of its jumbo that are known by number, ascending. Others exist: any whole number may be a take. */
  readonly takes: readonly number[];
  /** Of the release and of how its jumbos are named. */
  readonly certainty: Certainty;
}

const IN_ORDER = [
  { name: 'R81', jumboWord: 'JUMBO_HF_MAIN', jumboEnding: 'tgz', takes: [], certainty: 'recalled' },
  { name: 'R81.10', jumboWord: 'JUMBO_HF_MAIN', jumboEnding: 'tgz', takes: [78, 79], certainty: 'recalled' },
  { name: 'R81.20', jumboWord: 'JUMBO_HF_MAIN', jumboEnding: 'tgz', takes: [98, 99, 118], certainty: 'documented' },
  { name: 'R82', jumboWord: 'jumbo_hf_main', jumboEnding: 'tar', takes: [], certainty: 'documented' },
] as const satisfies readonly ReleaseData[];

export type ReleaseName = (typeof IN_ORDER)[number]['name'];

export interface Release extends ReleaseData {
  readonly name: ReleaseName;
  /** Place in the order of releases, from 0. */
  readonly rank: number;
}

/** The releases this catalogue knows, oldest first (fidelity: F-RELEASES). */
export const RELEASES: readonly Release[] = IN_ORDER.map((release, rank) => ({ ...release, rank }));

export const RELEASE_NAMES: readonly ReleaseName[] = RELEASES.map(({ name }) => name);

/** What the catalogue knows of a release; undefined when it does not know it. */
export function releaseNamed(name: string): Release | undefined {
  return RELEASES.find((release) => release.name === name);
}

/**
 * Negative when `a` is the older release. Names are compared by their numbers, so that releases the catalogue
 * does not know (R80.40, R82.10) have a place as well.
 */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A higher number for a newer release, whether it is known or not; it says nothing else. */
export function rankOf(name: string): number {
  const [major = 0, minor = 0] = numbersOf(name);
  return major * RANKS_A_MAJOR + minor;
}

/** The known release after which one is styled: itself, else the newest that is older, else the oldest of all. */
export function styleOf(name: string): Release {
  return RELEASES.findLast((known) => compareReleases(known.name, name) <= 0) ?? RELEASES[0]!;
}

/** More than any release has minor ones. */
const RANKS_A_MAJOR = 1000;

const numbersOf = (name: string): number[] => (name.match(/\d+/g) ?? []).map(Number);

import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import { compareReleases } from './releases.js';

/** What a machine runs. */
export interface Software {
  /** `R81.20`; one that the catalogue does not know is allowed. */
  readonly release: string;
  /** Of the jumbo on it: a whole number, 0 for none. */
  readonly take: number;
}

/** Negative when `a` is the older one: by release, then by take. */
export function compareSoftware(a: Software, b: Software): number {
  return compareReleases(a.release, b.release) || a.take - b.take;
}

/** `R81.20 take 118`; without a jumbo the release alone. */
export function softwareText({ release, take }: Software): string {
  return take === 0 ? release : `${release} take ${take}`;
}

/**
 * The sum that `show smo image md5sum` shows: 32 hex digits. It is computed from release and take, for there is no
 * image here to sum up; two members show the same exactly when they run the same (fidelity: F-IMAGE-HASH).
 */
export function imageHash({ release, take }: Software): string {
  return sha256Hex(canonicalBytes({ release, take })).slice(0, 32);
}

import type { Certainty } from '@rehearsal/kernel';
import { MVC_PAIRS } from './mvc-pairs.js';
import { compareReleases, RELEASE_NAMES, RELEASES, releaseNamed } from './releases.js';

/**
 * How a group comes to another release: `zero-downtime` while members of both serve together, as a multi-version
 * cluster; `minimum-downtime` with a switch at which connections are dropped.
 */
export const UPGRADE_METHODS = ['zero-downtime', 'minimum-downtime'] as const;
export type UpgradeMethod = (typeof UPGRADE_METHODS)[number];

export interface UpgradeStep {
  readonly from: string;
  readonly to: string;
  readonly certainty: Certainty;
}

/**
 * The fewest steps from one release to another, none when they are the same; a string says why there is no way
 * (fidelity: F-UPGRADE-PATHS).
 */
export function pathTo(from: string, to: string, method: UpgradeMethod): readonly UpgradeStep[] | string {
  const unknown = [from, to].find((name) => releaseNamed(name) === undefined);
  if (unknown !== undefined) {
    return `${unknown} is no release that this catalogue knows; it knows ${RELEASE_NAMES.join(', ')}`;
  }
  if (compareReleases(to, from) < 0) {
    return `${to} is older than ${from}; an upgrade only goes up. Revert to a snapshot of ${to} instead`;
  }
  return fewestSteps(from, to, method) ?? `no chain of ${method} upgrades leads from ${from} to ${to}`;
}

function fewestSteps(from: string, to: string, method: UpgradeMethod): readonly UpgradeStep[] | undefined {
  const paths: (readonly UpgradeStep[])[] = [[]];
  // Paths are appended in order of their length, and every step goes up: the first to arrive is the shortest.
  for (const path of paths) {
    const at = path.at(-1)?.to ?? from;
    if (at === to) return path;
    paths.push(...stepsFrom(at, method).map((step) => [...path, step]));
  }
  return undefined;
}

function stepsFrom(from: string, method: UpgradeMethod): UpgradeStep[] {
  if (method === 'zero-downtime') {
    return MVC_PAIRS.filter(({ older }) => older === from).map(({ newer, certainty }) => ({
      from,
      to: newer,
      certainty,
    }));
  }
  const { rank } = releaseNamed(from)!;
  return RELEASES.slice(rank + 1).map(({ name }) => ({ from, to: name, certainty: 'recalled' }));
}

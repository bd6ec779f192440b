import type { Certainty } from '@rehearsal/kernel';
import { compareReleases, releaseNamed, type ReleaseName } from './releases.js';

/** Two releases whose members synchronize with one another in a multi-version cluster. */
export interface MvcPair {
  readonly older: ReleaseName;
  readonly newer: ReleaseName;
  readonly certainty: Certainty;
}

/** That neighbours may meet is inferred; what leaps over a release is here only where it is documented. */
export const MVC_PAIRS: readonly MvcPair[] = [
  { older: 'R81', newer: 'R81.10', certainty: 'inferred' },
  { older: 'R81', newer: 'R81.20', certainty: 'documented' },
  { older: 'R81.10', newer: 'R81.20', certainty: 'documented' },
  { older: 'R81.20', newer: 'R82', certainty: 'inferred' },
];

export interface Meeting {
  readonly may: boolean;
  readonly why: string;
  readonly certainty: Certainty;
}

/** Whether members of the two releases may synchronize in one group, in whichever order (fidelity: F-MVC-PAIRS). */
export function mayMeet(a: string, b: string): Meeting {
  if (a === b) return { may: true, why: `both run ${a}`, certainty: 'documented' };
  const [older, newer] = compareReleases(a, b) < 0 ? [a, b] : [b, a];
  const pair = MVC_PAIRS.find((known) => known.older === older && known.newer === newer);
  if (pair !== undefined) {
    return { may: true, why: `${older} and ${newer} may meet in a multi-version cluster`, certainty: pair.certainty };
  }
  const unknown = [older, newer].find((name) => releaseNamed(name) === undefined);
  if (unknown !== undefined) {
    return { may: false, why: `${unknown} is no release that this catalogue knows`, certainty: 'ours' };
  }
  return {
    may: false,
    why: `${older} and ${newer} are not known to meet in a multi-version cluster`,
    certainty: 'inferred',
  };
}

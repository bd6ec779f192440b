import type { Certainty } from '@rehearsal/kernel';
import type { ReleaseName } from './releases.js';

export interface KnownIssue {
  /** The vendor's, where there is a public one. */
  readonly id: string;
  readonly idBy: 'vendor' | 'rehearsal';
  /** The only release it is known of; whether others have it is not public. */
  readonly release: ReleaseName;
  /** Open in every lower take of the release: where it came in is not public either. */
  readonly fixedInTake: number;
  readonly fixCertainty: Certainty;
  /** One clause, as it stands after "because". */
  readonly what: string;
  readonly trigger: 'vpn-traffic' | 'time' | 'gtp-u' | 'standby-site';
  readonly effect: 'panic' | 'memory-leak' | 'drop';
  /** That there is such an issue. */
  readonly certainty: Certainty;
  /** Row of docs/fidelity.md. */
  readonly fidelity: `F-${string}`;
}

/** Which take fixes PRJ-56442 is not public: the one that fixes the other two issues of its release is taken. */
export const GTP_U_FIXED_IN_TAKE = 79;

/**
 * Packets that come in at a standby site are dropped at take 98 and no longer at take 118. Which take between them
 * changed that is not public: the first that is known not to drop is taken.
 */
export const STANDBY_SITE_FIXED_IN_TAKE = 118;

/** By release, then by number (fidelity: F-PRJ-54398, F-PRJ-56442, F-PRJ-57107, F-STANDBY-SITE-DROP). */
export const KNOWN_ISSUES: readonly KnownIssue[] = [
  {
    id: 'PRJ-54398',
    idBy: 'vendor',
    release: 'R81.10',
    fixedInTake: 79,
    fixCertainty: 'recalled',
    what: 'VPN traffic makes the kernel of a member panic',
    trigger: 'vpn-traffic',
    effect: 'panic',
    certainty: 'recalled',
    fidelity: 'F-PRJ-54398',
  },
  {
    id: 'PRJ-56442',
    idBy: 'vendor',
    release: 'R81.10',
    fixedInTake: GTP_U_FIXED_IN_TAKE,
    fixCertainty: 'ours',
    what: 'GTP-U packets are classified wrongly and dropped',
    trigger: 'gtp-u',
    effect: 'drop',
    certainty: 'recalled',
    fidelity: 'F-PRJ-56442',
  },
  {
    id: 'PRJ-57107',
    idBy: 'vendor',
    release: 'R81.10',
    fixedInTake: 79,
    fixCertainty: 'recalled',
    what: 'memory leaks as time goes by, until a member fails',
    trigger: 'time',
    effect: 'memory-leak',
    certainty: 'recalled',
    fidelity: 'F-PRJ-57107',
  },
  {
    id: 'STANDBY-SITE-DROP',
    idBy: 'rehearsal',
    release: 'R81.20',
    fixedInTake: STANDBY_SITE_FIXED_IN_TAKE,
    fixCertainty: 'inferred',
    what: 'packets that come in at the standby site are dropped',
    trigger: 'standby-site',
    effect: 'drop',
    certainty: 'recalled',
    fidelity: 'F-STANDBY-SITE-DROP',
  },
];

import type { StreamHead } from '@rehearsal/kernel';

/** Exit codes of `verify`; 2 and 3 are bad input and environment, as everywhere. */
export const VERIFY_EXIT = { ok: 0, tampered: 1, 'decides-differently': 4 } as const;
export type VerifyKind = keyof typeof VERIFY_EXIT;

/** What is wrong at a place. */
export type Fault =
  /** The line is not a commit in canonical JSON. */
  | 'not-a-commit'
  /** A commit of the stream is missing before this one, or this one is out of order or there twice. */
  | 'version'
  /** The bytes are not those that the next commit of the stream, or the seal, vouches for. */
  | 'hash'
  /** The seal names a later commit of the stream than there is. */
  | 'missing'
  /** The seal does not know this commit. */
  | 'unsealed'
  /** The commit this one follows from comes later, or not at all. */
  | 'cause'
  /** All commits are those that were sealed, but not in the order or at the sequences that were sealed. */
  | 'order'
  /** The seal contradicts itself, or is not the one that is held elsewhere. */
  | 'seal'
  /** The machine decides something else than was recorded. */
  | 'decision';

/** A place in a log. */
export interface BadPlace {
  readonly fault: Fault;
  /** From 1; 0 when it is about the log as a whole. */
  readonly line: number;
  /** Sequence in the site's log; 0 when it is about the log as a whole. */
  readonly seq: number;
  /** '' where the line does not say. */
  readonly stream: string;
  /** 0 where the line does not say. */
  readonly version: number;
  readonly expected: string;
  readonly seen: string;
}

export interface VerifyResult {
  readonly kind: VerifyKind;
  readonly exitCode: (typeof VERIFY_EXIT)[VerifyKind];
  /** The first bad place; of a tampered log, the first place that was tampered with. */
  readonly first: BadPlace | undefined;
  /** Every place that was tampered with, by line. */
  readonly tampered: readonly BadPlace[];
  /** Places where the machines decide differently, by line; at most `maxDifferences` of them. */
  readonly differences: readonly BadPlace[];
  readonly differenceCount: number;
  readonly commits: number;
  /** Commits whose decision was made again, and came out the same. */
  readonly decided: number;
  /** Commits whose decision could not be made again, and why. */
  readonly undecided: readonly { readonly stream: string; readonly commits: number; readonly reason: string }[];
  readonly heads: readonly StreamHead[];
  /** Hash of the seal that these commits give. */
  readonly sealHash: string;
  /** Builds named by the commits, in order of appearance. */
  readonly builds: readonly string[];
  /** What this result does not show, in words for whoever relies on it. */
  readonly limits: readonly string[];
}

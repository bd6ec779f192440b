import { commitRef } from '@rehearsal/kernel';

/** As much of a commit as says what it follows from. */
export interface Linked {
  readonly stream: string;
  readonly version: number;
  readonly cause: string | undefined;
}

/** A commit, and the commits that follow from it, each with those that follow from that one. */
export interface Consequence<C> {
  readonly commit: C;
  readonly followed: readonly Consequence<C>[];
}

export interface Explanation<C> {
  /** What it followed from, the nearest first, up to the commit whose input came from outside. */
  readonly causes: readonly C[];
  /** A cause that is not in this log, `stream:version`, where the way up ends at one. */
  readonly elsewhere: string | undefined;
  /** What followed, in the order of the log. */
  readonly consequences: readonly Consequence<C>[];
}

/**
 * What a commit followed from and what followed from it.
 * @param commits all of the log, in its order
 */
export function explain<C extends Linked>(commits: readonly C[], of: C): Explanation<C> {
  const byRef = new Map<string, C>();
  const byCause = new Map<string, C[]>();
  for (const commit of commits) {
    byRef.set(refOf(commit), commit);
    if (commit.cause === undefined) continue;
    const siblings = byCause.get(commit.cause);
    if (siblings === undefined) byCause.set(commit.cause, [commit]);
    else siblings.push(commit);
  }
  const causes: C[] = [];
  const met = new Set([refOf(of)]);
  let { cause } = of;
  // A forged log may go round in circles.
  while (cause !== undefined && byRef.has(cause) && !met.has(cause)) {
    const commit = byRef.get(cause)!;
    met.add(cause);
    causes.push(commit);
    cause = commit.cause;
  }
  const below = (commit: C, above: ReadonlySet<string>): Consequence<C>[] =>
    (byCause.get(refOf(commit)) ?? [])
      .filter((next) => !above.has(refOf(next)))
      .map((next) => ({ commit: next, followed: below(next, new Set([...above, refOf(next)])) }));
  const elsewhere = cause !== undefined && !byRef.has(cause) ? cause : undefined;
  return { causes, elsewhere, consequences: below(of, new Set([refOf(of)])) };
}

const refOf = ({ stream, version }: Linked): string => commitRef(stream, version);

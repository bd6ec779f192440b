import type { Seal, StreamHead } from '@rehearsal/kernel';
import type { BadPlace, Fault } from './result.js';

/** A commit as it stands in the file. */
export interface ReadCommit extends StreamHead {
  readonly line: number;
  readonly seq: number;
  readonly prev: string;
}

/** Commits `index` and `index + 1` of a stream (or the last one and the seal) do not agree on the hash of the first. */
interface BrokenLink {
  readonly index: number;
  readonly place: BadPlace;
}

interface StreamChain {
  last: ReadCommit;
  /** Commits seen so far. */
  count: number;
  readonly broken: BrokenLink[];
}

/** Checks that every stream is one chain of commits, from its first to the one that was sealed. */
export class Chains {
  readonly #streams = new Map<string, StreamChain>();
  readonly #sealed: Map<string, StreamHead> | undefined;
  readonly #bad: BadPlace[] = [];

  constructor(seal: Seal | undefined) {
    this.#sealed = seal === undefined ? undefined : new Map(seal.streams.map((head) => [head.stream, head]));
  }

  /** Takes the next commit of the file; false: its stream does not hang together up to here. */
  add(commit: ReadCommit): boolean {
    const { stream, version, prev } = commit;
    const chain = this.#streams.get(stream);
    const expected = (chain?.last.version ?? 0) + 1;
    const follows = version === expected;
    if (!follows) this.#bad.push(placeOf('version', commit, `version ${expected}`, `version ${version}`));
    if (chain === undefined) {
      this.#streams.set(stream, { last: commit, count: 1, broken: [] });
    } else {
      // Without the commit in between, or out of order, the hashes cannot agree and say nothing new.
      if (follows && prev !== chain.last.hash) {
        chain.broken.push({ index: chain.count - 1, place: placeOf('hash', chain.last, prev, chain.last.hash) });
      }
      chain.last = commit;
      chain.count++;
    }
    this.#compareWithSeal(commit, this.#streams.get(stream)!);
    return follows;
  }

  #compareWithSeal(commit: ReadCommit, chain: StreamChain): void {
    if (this.#sealed === undefined) return;
    const head = this.#sealed.get(commit.stream);
    if (head === undefined || commit.version > head.version) {
      const expected = head === undefined ? 'no commit of this stream' : `no commit after version ${head.version}`;
      this.#bad.push(placeOf('unsealed', commit, expected, `version ${commit.version}`));
    } else if (commit.version === head.version && commit.hash !== head.hash) {
      chain.broken.push({ index: chain.count - 1, place: placeOf('hash', commit, head.hash, commit.hash) });
    }
  }

  heads(): StreamHead[] {
    return [...this.#streams.values()]
      .map(({ last: { stream, version, hash } }) => ({ stream, version, hash }))
      .sort((a, b) => (a.stream < b.stream ? -1 : 1));
  }

  /** Everything found, once the file has been read. */
  finish(): BadPlace[] {
    const out = [...this.#bad];
    for (const { broken } of this.#streams.values()) out.push(...culprits(broken));
    for (const head of this.#sealed?.values() ?? []) {
      const last = this.#streams.get(head.stream)?.last;
      if (last !== undefined && last.version >= head.version) continue;
      const expected = `commits after this line up to version ${head.version} with hash ${head.hash}`;
      if (last === undefined) {
        out.push({
          fault: 'missing',
          line: 0,
          seq: 0,
          stream: head.stream,
          version: 0,
          expected,
          seen: 'no commit of this stream',
        });
      } else {
        out.push(placeOf('missing', last, expected, `version ${last.version} as the last one`));
      }
    }
    return out;
  }
}

/**
 * Which commits were changed. A changed commit no longer has the hash that the next one names; if its
 * own word about the one before was changed too, that link breaks as well. So, from the trusted end
 * backwards, one changed commit explains its own link and the one before it.
 */
function culprits(broken: readonly BrokenLink[]): BadPlace[] {
  const out: BadPlace[] = [];
  for (let i = broken.length - 1; i >= 0; i--) {
    out.push(broken[i]!.place);
    if (i > 0 && broken[i - 1]!.index === broken[i]!.index - 1) i--;
  }
  return out;
}

export function placeOf(fault: Fault, commit: ReadCommit, expected: string, seen: string): BadPlace {
  const { line, seq, stream, version } = commit;
  return { fault, line, seq, stream, version, expected, seen };
}

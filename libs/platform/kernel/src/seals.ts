import { canonicalBytes } from './canonical.js';
import { decodeCommit } from './commit-codec.js';
import { sha256Hex } from './hash.js';

/** The last commit of a stream. */
export interface StreamHead {
  readonly stream: string;
  readonly version: number;
  /** SHA-256 (hex) of its stored bytes. */
  readonly hash: string;
}

/**
 * What was in a site's log when a run ended. Commits vouch for those before them; a seal vouches for
 * the last ones, and kept elsewhere it shows that a tail was cut off.
 */
export interface Seal {
  readonly site: number;
  /** Sorted by stream. */
  readonly streams: readonly StreamHead[];
  /** Sequences of the site's log; first and last are 0 when there are none. */
  readonly sequences: { readonly first: number; readonly last: number; readonly count: number };
  /** SHA-256 (hex) folded over the commits' hashes in order, so many at a time: how the streams were interleaved. */
  readonly order: string;
  /** SHA-256 (hex) of the canonical bytes of all of the above: the one word to print and keep elsewhere. */
  readonly hash: string;
}

/** Hashes that are folded into the order together; one hash more per commit would cost a third of all. */
const ORDER_BLOCK = 64;

const ascii = new TextEncoder();

/** Makes a seal commit by commit, in the order of the log. */
export class SealBuilder {
  readonly #site: number;
  readonly #heads = new Map<string, StreamHead>();
  #first = 0;
  #last = 0;
  #count = 0;
  #order = '';
  #block = '';

  constructor(site = 1) {
    this.#site = site;
  }

  /** `hash`: SHA-256 of the commit's stored bytes. */
  add(seq: number, head: StreamHead): void {
    if (this.#count === 0) this.#first = seq;
    this.#last = seq;
    this.#count++;
    const { stream, version, hash } = head;
    this.#heads.set(stream, { stream, version, hash });
    this.#block += hash;
    if (this.#count % ORDER_BLOCK === 0) {
      this.#order = this.#orderNow();
      this.#block = '';
    }
  }

  seal(): Seal {
    const unhashed = {
      site: this.#site,
      streams: [...this.#heads.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1)),
      sequences: { first: this.#first, last: this.#last, count: this.#count },
      order: this.#block === '' ? this.#order : this.#orderNow(),
    };
    return { ...unhashed, hash: sealHash(unhashed) };
  }

  #orderNow(): string {
    return sha256Hex(ascii.encode(this.#order + this.#block));
  }
}

/** The hash a seal with these contents must carry. */
export function sealHash(seal: Omit<Seal, 'hash'>): string {
  const { site, streams, sequences, order } = seal;
  return sha256Hex(canonicalBytes({ site, streams, sequences, order }));
}

/** The seal of commits in the order of the log. @throws CommitFormatError */
export function sealOf(commits: Iterable<{ readonly seq: number; readonly bytes: Uint8Array }>, site = 1): Seal {
  const builder = new SealBuilder(site);
  for (const { seq, bytes } of commits) {
    const { stream, version } = decodeCommit(bytes);
    builder.add(seq, { stream, version, hash: sha256Hex(bytes) });
  }
  return builder.seal();
}

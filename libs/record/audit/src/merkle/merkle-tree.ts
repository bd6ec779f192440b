import { EMPTY_ROOT, nodeHash, TreeHasher } from './hashing.js';
import { HashRow } from './hash-row.js';

/**
 * A Merkle tree as in RFC 6962, section 2.1, over leaves of any bytes. Hashes of all complete subtrees are kept, 64
 * bytes a leaf, so that a root or a proof at any size, now or earlier, takes a few dozen hashes.
 */
export class MerkleTree {
  /** Row `n` has the hashes of the subtrees with 2^n leaves that are complete. */
  readonly #rows: HashRow[] = [new HashRow()];
  readonly #hasher = new TreeHasher();

  /** Leaves so far. */
  get size(): number {
    return this.#rows[0]!.count;
  }

  append(leaf: Uint8Array): void {
    this.#rows[0]!.push(this.#hasher.leaf(leaf));
    for (let level = 0; this.#rows[level]!.count % 2 === 0; level++) {
      const above = (this.#rows[level + 1] ??= new HashRow());
      above.push(this.#hasher.node(this.#rows[level]!.lastPair()));
    }
  }

  /** The hash of a leaf. @throws RangeError where there is no such leaf */
  leaf(index: number): Uint8Array {
    checkRange('a leaf', index, 0, this.size - 1);
    return this.#rows[0]!.at(index);
  }

  /** The root when the tree had that many leaves. @throws RangeError where it never had */
  root(size: number = this.size): Uint8Array {
    checkRange('a size', size, 0, this.size);
    return size === 0 ? EMPTY_ROOT.slice() : this.#hashOf(0, size);
  }

  /**
   * What leads from a leaf to the root of that size: the hashes beside its way, from the leaf up.
   * @throws RangeError where the tree never had that size, or no such leaf
   */
  inclusionProof(index: number, size: number = this.size): Uint8Array[] {
    checkRange('a size', size, 1, this.size);
    checkRange('a leaf', index, 0, size - 1);
    const proof: Uint8Array[] = [];
    let [from, to] = [0, size];
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      proof.push(index < middle ? this.#hashOf(middle, to) : this.#hashOf(from, middle));
      if (index < middle) to = middle;
      else from = middle;
    }
    return proof.reverse();
  }

  /**
   * What shows that the tree of size `to` begins with all leaves of the tree of size `from`, in their order. Empty for
   * equal sizes, and for `from` 0, which every tree begins with.
   * @throws RangeError where the tree never had one of the sizes
   */
  consistencyProof(from: number, to: number = this.size): Uint8Array[] {
    checkRange('a size', to, 0, this.size);
    checkRange('a smaller size', from, 0, to);
    if (from === 0 || from === to) return [];
    const proof: Uint8Array[] = [];
    let [start, end] = [0, to];
    while (from !== end) {
      const middle = start + splitOf(end - start);
      proof.push(from <= middle ? this.#hashOf(middle, end) : this.#hashOf(start, middle));
      if (from <= middle) end = middle;
      else start = middle;
    }
    // What is left is a subtree of the older tree; whoever checks has its hash already where it is the whole one.
    if (start > 0) proof.push(this.#hashOf(start, end));
    return proof.reverse();
  }

  /** Hash over the leaves `from` to before `to`, which are a subtree. */
  #hashOf(from: number, to: number): Uint8Array {
    const count = to - from;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return this.#rows[level]!.at(from / count);
    const middle = from + splitOf(count);
    return nodeHash(this.#hashOf(from, middle), this.#hashOf(middle, to));
  }
}

/** The largest power of two below a count of two or more: so many leaves are in the left subtree. */
export function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function checkRange(what: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`expected ${what} from ${least} to ${most}, saw ${value}`);
}

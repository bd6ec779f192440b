import { HASH_LEN_BYTES, nodeHash } from './hashing.js';

/*
 * What a proof comes to, found from hashes alone, as RFC 9162 has it in sections 2.1.3.2 and 2.1.4.2. Whoever checks
 * compares that with the roots he trusts. Sizes are not the checker's own, so nothing here needs them to be small.
 */

/**
 * The root that an inclusion proof leads to.
 * @param leaf hash of the leaf
 * @returns undefined where no tree of that size has a proof of that form
 */
export function rootOfInclusion(
  index: number,
  size: number,
  leaf: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, ...proof])) return undefined;
  let [at, last] = [index, size - 1];
  let root = leaf;
  for (const hash of proof) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(hash, root);
      // Alone at the right edge: it moves up until it has a left sibling.
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      root = nodeHash(root, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : undefined;
}

/**
 * The roots that a consistency proof leads to, given the root of the smaller tree: the smaller tree's, found again, and
 * the larger one's.
 * @returns undefined where no two trees of these sizes have a proof of that form
 */
export function rootsOfConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  proof: readonly Uint8Array[],
): { readonly from: Uint8Array; readonly to: Uint8Array } | undefined {
  if (!isCount(from) || !isCount(to) || from === 0 || from > to || !areHashes([fromRoot, ...proof])) return undefined;
  if (from === to) return proof.length === 0 ? { from: fromRoot, to: fromRoot } : undefined;
  let [at, last] = [from - 1, to - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  // Where the smaller tree is one complete subtree, its root is where the way begins.
  const [first, ...rest] = at === 0 ? [fromRoot, ...proof] : proof;
  if (first === undefined) return undefined;
  let [small, large] = [first, first];
  for (const hash of rest) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      [small, large] = [nodeHash(hash, small), nodeHash(hash, large)];
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)];
    } else {
      large = nodeHash(large, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? { from: small, to: large } : undefined;
}

const half = (count: number): number => Math.floor(count / 2);
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const areHashes = (hashes: readonly Uint8Array[]): boolean => hashes.every(({ length }) => length === HASH_LEN_BYTES);

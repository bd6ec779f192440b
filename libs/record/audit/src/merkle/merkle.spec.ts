import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { leafHash, MerkleTree, nodeHash, rootOfInclusion, rootsOfConsistency } from '../index.js';

const hex = (bytes: Uint8Array | undefined): string => (bytes === undefined ? '' : Buffer.from(bytes).toString('hex'));
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/*
 * The reference vectors of Certificate Transparency, which every implementation of RFC 6962 is tested with: eight leaves,
 * the roots of all sizes, and inclusion and consistency proofs.
 */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
  unhex,
);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const [A, B, E] = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
];
const [AB, CD, EF, GH] = [
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
  '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
  'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
];
const [ABCD, EFGH] = [
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
];
const INCLUSIONS: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 1, []],
  [0, 2, [B]],
  [1, 2, [A]],
  [2, 3, [AB]],
  [1, 5, [A, CD, E]],
  [0, 8, [B, CD, EFGH]],
  [5, 8, [E, GH, ABCD]],
];
const CONSISTENCIES: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 1, []],
  [1, 8, [B, CD, EFGH]],
  [2, 5, [CD, E]],
  [2, 8, [CD, EFGH]],
  [6, 8, [EF, GH, ABCD]],
];

function treeOver(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
}

describe('a tree over the published leaves', () => {
  const tree = treeOver(LEAVES);

  it('has the published root at every size, now and when it was smaller', () => {
    expect(ROOTS.map((_, size) => hex(tree.root(size)))).toEqual(ROOTS);
    expect(ROOTS.map((_, size) => hex(treeOver(LEAVES.slice(0, size)).root()))).toEqual(ROOTS);
    expect([hex(tree.leaf(4)), hex(leafHash(LEAVES[4]!))]).toEqual([E, E]);
    expect(hex(nodeHash(unhex(AB), unhex(CD)))).toBe(ABCD);
  });

  it.each(INCLUSIONS)('proves that leaf %i is in a tree of %i as published', (index, size, proof) => {
    expect(tree.inclusionProof(index, size).map(hex)).toEqual(proof);
    expect(hex(rootOfInclusion(index, size, tree.leaf(index), proof.map(unhex)))).toBe(ROOTS[size]);
  });

  it.each(CONSISTENCIES)('proves that a tree of %i grew to %i as published', (from, to, proof) => {
    expect(tree.consistencyProof(from, to).map(hex)).toEqual(proof);
    const roots = rootsOfConsistency(from, to, tree.root(from), proof.map(unhex));
    expect([hex(roots?.from), hex(roots?.to)]).toEqual([ROOTS[from], ROOTS[to]]);
  });

  it('has no proof that is shorter or longer than its trees need', () => {
    const [root, proof] = [tree.root(6), tree.consistencyProof(6, 8)];
    expect(rootsOfConsistency(6, 8, root, proof.slice(0, -1))).toBeUndefined();
    expect(rootsOfConsistency(6, 8, root, [])).toBeUndefined();
    expect(rootsOfConsistency(6, 8, root, [...proof, root])).toBeUndefined();
    expect(rootsOfConsistency(8, 8, root, [root])).toBeUndefined();
    expect(rootOfInclusion(5, 8, tree.leaf(5), tree.inclusionProof(5).slice(0, -1))).toBeUndefined();
  });

  it('takes no size and no leaf that it never had', () => {
    expect(() => tree.root(9)).toThrow('expected a size from 0 to 8, saw 9');
    expect(() => tree.inclusionProof(8)).toThrow('expected a leaf from 0 to 7, saw 8');
    expect(() => tree.inclusionProof(0, 0)).toThrow('expected a size from 1 to 8, saw 0');
    expect(() => tree.consistencyProof(5, 4)).toThrow('expected a smaller size from 0 to 4, saw 5');
    expect(() => tree.leaf(0.5)).toThrow('saw 0.5');
  });
});

/** Section 2.1 of the RFC, word for word and as slow. */
function plainRoot(leaves: readonly Uint8Array[]): string {
  const sha = (...parts: Uint8Array[]): string => hash('sha256', Buffer.concat(parts), 'hex');
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha(Uint8Array.of(1), unhex(plainRoot(leaves.slice(0, split))), unhex(plainRoot(leaves.slice(split))));
}

/** Leaves that differ, of every length around the block of the hash. */
const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => new Uint8Array(i % 130).fill(7).map((b, k) => (k < 2 ? i >> (8 * k) : b)));
const LARGE = 300;
const large = treeOver(leavesOf(LARGE));
const size = fc.integer({ min: 1, max: LARGE });
const place = size.chain((of) => fc.tuple(fc.integer({ min: 0, max: of - 1 }), fc.constant(of)));
const twoSizes = size.chain((to) => fc.tuple(fc.integer({ min: 1, max: to }), fc.constant(to)));

/** One bit of one of the hashes is another. */
function flipped(hashes: readonly Uint8Array[], at: number): Uint8Array[] {
  const bit = at % (hashes.length * 256);
  return hashes.map((h, i) =>
    i === bit >> 8 ? h.map((b, k) => (k === (bit & 255) >> 3 ? b ^ (1 << (bit & 7)) : b)) : h,
  );
}

describe('a tree of any size', () => {
  it('has the root that the definition gives', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 40 }), fc.nat(), (leaves, n) => {
        const tree = treeOver(leaves);
        const earlier = n % (leaves.length + 1);
        expect(hex(tree.root())).toBe(plainRoot(leaves));
        expect(hex(tree.root(earlier))).toBe(plainRoot(leaves.slice(0, earlier)));
      }),
    );
    const leaf = new Uint8Array(100_000).fill(3);
    expect(hex(treeOver([leaf]).root())).toBe(plainRoot([leaf]));
  });

  it('proves each leaf, and nothing that differs in a bit', () => {
    fc.assert(
      fc.property(place, fc.nat(), fc.nat(), ([index, of], bit, other) => {
        const [leaf, proof, root] = [large.leaf(index), large.inclusionProof(index, of), hex(large.root(of))];
        expect(hex(rootOfInclusion(index, of, leaf, proof))).toBe(root);
        expect(hex(rootOfInclusion(index, of, flipped([leaf], bit)[0]!, proof))).not.toBe(root);
        if (proof.length > 0) expect(hex(rootOfInclusion(index, of, leaf, flipped(proof, bit)))).not.toBe(root);
        if (other % of !== index) expect(hex(rootOfInclusion(other % of, of, leaf, proof))).not.toBe(root);
        expect(hex(rootOfInclusion(index, of, leaf, [...proof, leaf]))).not.toBe(root);
        expect(hex(rootOfInclusion(index, of, leaf, proof.slice(1)))).not.toBe(proof.length > 0 ? root : '');
        expect(rootOfInclusion(of, of, leaf, proof)).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  it('proves that it grew from each smaller size, and nothing that differs in a bit', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], bit) => {
        const [proof, small, root] = [large.consistencyProof(from, to), large.root(from), large.root(to)];
        const comesTo = (base: Uint8Array, hashes: readonly Uint8Array[]): boolean => {
          const roots = rootsOfConsistency(from, to, base, hashes);
          return hex(roots?.from) === hex(base) && hex(roots?.to) === hex(root);
        };
        expect(comesTo(small, proof)).toBe(true);
        expect(comesTo(flipped([small], bit)[0]!, proof)).toBe(false);
        if (proof.length > 0) {
          expect(comesTo(small, flipped(proof, bit))).toBe(false);
          expect(comesTo(small, proof.slice(1))).toBe(false);
          expect(comesTo(small, proof.slice(0, -1))).toBe(false);
        }
        expect(comesTo(small, [...proof, small])).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  it('proves no growth where an earlier leaf was changed', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], n) => {
        const changed = n % from;
        const forged = treeOver(leavesOf(to).map((leaf, i) => (i === changed ? Uint8Array.of(1, 2, 3) : leaf)));
        const held = large.root(from);
        const roots = rootsOfConsistency(from, to, held, forged.consistencyProof(from, to));
        expect(hex(roots?.from) === hex(held) && hex(roots?.to) === hex(forged.root())).toBe(false);
      }),
    );
  });

  it('follows a proof of a size that no tree here has', () => {
    // A size beyond 2^32, as a checkpoint of somebody else may claim: no bit of it is lost on the way.
    const [leaf, node] = [leafHash(LEAVES[0]!), unhex(AB)];
    const of = 2 ** 40 + 1;
    expect(hex(rootOfInclusion(2 ** 40, of, leaf, [node]))).toBe(hex(nodeHash(node, leaf)));
    expect(rootOfInclusion(0, of, leaf, [node])).toBeUndefined();
    const roots = rootsOfConsistency(2 ** 40, of, node, [leaf]);
    expect([hex(roots?.from), hex(roots?.to)]).toEqual([AB, hex(nodeHash(node, leaf))]);
    expect(rootsOfConsistency(0, 5, node, [])).toBeUndefined();
    expect(rootsOfConsistency(6, 5, node, [node])).toBeUndefined();
    // Nothing is cut off what is longer than a hash.
    const longer = Uint8Array.of(...leaf, 0);
    expect(rootOfInclusion(1, 2, leaf, [longer])).toBeUndefined();
    expect(rootOfInclusion(1, 2, longer, [leaf])).toBeUndefined();
    expect(rootsOfConsistency(1, 2, node, [longer])).toBeUndefined();
    expect(rootsOfConsistency(1, 2, longer, [node])).toBeUndefined();
  });
});

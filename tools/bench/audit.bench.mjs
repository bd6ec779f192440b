import { MerkleTree, rootOfInclusion } from '@rehearsal/audit';
import { sha256Hex } from '@rehearsal/kernel';
import { median, once } from './benchmark.mjs';
import { recordedLog } from './recorded-log.mjs';
import { numbers } from './workload.mjs';

/** The commits of a recorded run, as their bytes, over and over: what a tree of that many leaves is made of. */
const leavesOf = once(async (/** @type {boolean} */ smoke) => {
  const encoder = new TextEncoder();
  const { log } = await recordedLog({ members: 4, placement: 'spread', seed: 1, commits: smoke ? 100 : 900 });
  return { leaves: log.map((line) => encoder.encode(line)), size: smoke ? 5_000 : 1_000_000 };
});

/** Seconds that one pass over all leaves takes. @param {() => void} pass */
function secondsOf(pass) {
  const start = process.hrtime.bigint();
  pass();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** @param {readonly Uint8Array[]} leaves @param {number} from @param {number} to */
function hashAll(leaves, from, to) {
  let length = 0;
  for (let i = from; i < to; i++) length += sha256Hex(/** @type {Uint8Array} */ (leaves[i % leaves.length])).length;
  return length;
}

/** @param {MerkleTree} tree @param {readonly Uint8Array[]} leaves @param {number} from @param {number} to */
function appendAll(tree, leaves, from, to) {
  for (let i = from; i < to; i++) tree.append(/** @type {Uint8Array} */ (leaves[i % leaves.length]));
}

/** Short enough to fall between what others compute on the same core, and so many that some do. */
const STRETCH_LEAVES = 2_000;
const STRETCHES_TOGETHER = 25;

/** Of each so many stretches the median, and the least of those: as `nsPerOperation` does. @param {readonly number[]} seconds */
function leastMedian(seconds) {
  const medians = [];
  for (let i = 0; i + STRETCHES_TOGETHER <= seconds.length; i += STRETCHES_TOGETHER) {
    medians.push(median(seconds.slice(i, i + STRETCHES_TOGETHER)));
  }
  return Math.min(...medians, seconds.length < STRETCHES_TOGETHER ? median(seconds) : Number.POSITIVE_INFINITY);
}

/** Grows one tree to its full size. Hashing alone takes its turn in between, so that both meet the same machine. */
const grown = once(async (/** @type {boolean} */ smoke) => {
  const { leaves, size } = await leavesOf(smoke);
  appendAll(new MerkleTree(), leaves, 0, STRETCH_LEAVES);
  hashAll(leaves, 0, STRETCH_LEAVES);
  const tree = new MerkleTree();
  const [appending, hashing] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (let from = 0; from < size; from += STRETCH_LEAVES) {
    const to = Math.min(size, from + STRETCH_LEAVES);
    if (appending.length % 2 === 0) hashing.push(secondsOf(() => hashAll(leaves, from, to)) / (to - from));
    appending.push(secondsOf(() => appendAll(tree, leaves, from, to)) / (to - from));
  }
  const bytes = leaves.reduce((sum, leaf) => sum + leaf.length, 0) / leaves.length;
  return { tree, bytes, perSec: 1 / leastMedian(appending), hashedPerSec: 1 / leastMedian(hashing) };
});

/** How long single calls take, in ms. @param {number} count @param {(i: number) => void} call */
function msOf(count, call) {
  const times = Array.from({ length: count }, (_, i) => secondsOf(() => call(i)) * 1000);
  times.sort((a, b) => a - b);
  return { median: median(times), p99: times[Math.floor(times.length * 0.99)] ?? Number.NaN };
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'audit: append to the tree',
    unit: 'leaves/s',
    reach: { atLeast: 100_000 },
    baseline: 'only hash the same leaves',
    async run(smoke) {
      const { tree, bytes, perSec, hashedPerSec } = await grown(smoke);
      return { value: perSec, baseline: hashedPerSec, detail: { leaves: tree.size, bytesPerLeaf: bytes } };
    },
  },
  {
    name: 'audit: inclusion proof, p99',
    unit: 'ms',
    reach: { atMost: 5 },
    baseline: 'hashing as many nodes',
    async run(smoke) {
      const { tree } = await grown(smoke);
      const next = numbers(7);
      const calls = smoke ? 10 : 1000;
      const { size } = tree;
      /** At any size the tree ever had, so that the right edge is not always a whole one. */
      const places = Array.from({ length: calls }, (_, i) => {
        const of = i % 2 === 0 ? size : 1 + ((next() >>> 0) % size);
        return { index: (next() >>> 0) % of, of };
      });
      let hashes = 0;
      const proving = msOf(calls, (i) => {
        const { index, of } = places[i] ?? { index: 0, of: 1 };
        hashes += tree.inclusionProof(index, of).length;
      });
      for (const { index, of } of places) {
        const root = rootOfInclusion(index, of, tree.leaf(index), tree.inclusionProof(index, of));
        if (root === undefined || Buffer.compare(root, tree.root(of)) !== 0) throw new Error(`no proof of ${index}`);
      }
      const node = new Uint8Array(65);
      const hashing = msOf(calls, () => {
        for (let i = 0; i < hashes / calls; i++) node.set(Buffer.from(sha256Hex(node), 'hex'), 1);
      });
      const roots = msOf(calls, (i) => void tree.root(places[i]?.of));
      const growth = msOf(calls, (i) => void tree.consistencyProof(places[i]?.of ?? 1));
      const detail = {
        leaves: size,
        hashesPerProof: hashes / calls,
        medianMs: proving.median,
        rootMedianMs: roots.median,
        rootP99Ms: roots.p99,
        consistencyMedianMs: growth.median,
        consistencyP99Ms: growth.p99,
      };
      return { value: proving.p99, baseline: hashing.p99, detail };
    },
  },
];

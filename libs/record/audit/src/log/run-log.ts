import type { SiteTree } from '../checkpoint/checkpoint.js';
import { originOf } from '../checkpoint/checkpoint.js';
import { MerkleTree } from '../merkle/merkle-tree.js';

/** Where the commits of one site come from: the log in a run's folder, or an archive. */
export interface CommitSource {
  readonly site: number;
  /** The exact stored bytes of every commit in the order of the site's log, from sequence 1. */
  commits(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** A run's log as its trees; the commit with sequence `n` is leaf `n - 1` of its site's tree. */
export interface RunLog {
  readonly origin: string;
  /** By site, the lowest first. */
  readonly trees: ReadonlyMap<number, MerkleTree>;
}

/** A commit and where it stands. */
export interface PlacedCommit {
  readonly site: number;
  /** From 1. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads the log of each site once.
 * @param on hears of every commit on the way; its bytes are valid during the call only
 */
export async function readRunLog(
  run: { readonly fabric: string; readonly run: string },
  sources: readonly CommitSource[],
  on?: (commit: PlacedCommit) => void,
): Promise<RunLog> {
  const trees = new Map<number, MerkleTree>();
  for (const source of [...sources].sort((a, b) => a.site - b.site)) {
    const tree = new MerkleTree();
    for await (const bytes of source.commits()) {
      tree.append(bytes);
      on?.({ site: source.site, sequence: tree.size, bytes });
    }
    trees.set(source.site, tree);
  }
  const [lowest] = trees.keys();
  if (lowest === undefined) throw new RangeError('a run has the log of one site at least');
  return { origin: originOf(run.fabric, run.run, lowest), trees };
}

/** What a checkpoint of the log as it stands has to say. */
export function treesOf({ trees }: RunLog): SiteTree[] {
  return [...trees].map(([site, tree]) => ({ site, size: tree.size, root: tree.root() }));
}

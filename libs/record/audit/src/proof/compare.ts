import { treeOf, type Checkpoint } from '../checkpoint/checkpoint.js';
import { consistencyFaults, logFaults, originFault, type AuditFault } from '../log/faults.js';
import type { RunLog } from '../log/run-log.js';
import { EMPTY_ROOT } from '../merkle/hashing.js';

/** A proof that the tree of a site only grew. */
export interface GrowthProof {
  readonly site: number;
  readonly from: number;
  readonly to: number;
  readonly proof: readonly Uint8Array[];
}

/**
 * Proves from a run's log that its trees only grew from one checkpoint to a later one. Each proof is checked as somebody
 * would who has only the checkpoints.
 */
export function proveGrowth(
  log: RunLog,
  earlier: Checkpoint,
  later: Checkpoint,
): { readonly faults: readonly AuditFault[]; readonly proofs: readonly GrowthProof[] } {
  if (earlier.origin !== later.origin) return { faults: [originFault(earlier.origin, later.origin)], proofs: [] };
  const faults = [...logFaults(log, earlier), ...logFaults(log, later)];
  const proofs: GrowthProof[] = [];
  for (const tree of earlier.trees) {
    const { site, size } = tree;
    const grown = treeOf(later, site) ?? { site, size: 0, root: EMPTY_ROOT };
    // From a log without these commits there is no proof, and what it lacks has been said.
    const isThere = (log.trees.get(site)?.size ?? 0) >= grown.size && grown.size >= size;
    const proof = isThere ? (log.trees.get(site)?.consistencyProof(size, grown.size) ?? []) : [];
    const wrong = consistencyFaults(tree, grown, proof);
    if (wrong.length === 0) proofs.push({ site, from: size, to: grown.size, proof });
    else if (faults.length === 0 || grown.size <= size) faults.push(...wrong);
  }
  return { faults, proofs };
}

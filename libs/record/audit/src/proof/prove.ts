import { commitText } from '@rehearsal/kernel/commit-codec';
import { treeOf, type Checkpoint } from '../checkpoint/checkpoint.js';
import type { PlacedCommit, RunLog } from '../log/run-log.js';
import { toBase64 } from '../note/base64.js';
import { signersOf } from '../note/note.js';
import { BUNDLE_FORMAT, type Bundle } from './bundle.js';

/**
 * Proves that a commit is in the log that a checkpoint covers, and that this log only grew since an earlier one.
 * @param log fits both checkpoints (`logFaults`)
 * @throws RangeError where the checkpoint does not cover the commit, CommitFormatError where its bytes are no text
 */
export function proveCommit(log: RunLog, commit: PlacedCommit, checkpoint: Checkpoint, since?: Checkpoint): Bundle {
  const { site, sequence, bytes } = commit;
  const sizeOf = (of: number): number => treeOf(checkpoint, of)?.size ?? 0;
  if (sequence > sizeOf(site)) {
    throw new RangeError(`expected a commit among the first ${sizeOf(site)} of site ${site}, saw ${sequence}`);
  }
  const tree = log.trees.get(site)!;
  return {
    format: BUNDLE_FORMAT,
    site,
    leafIndex: sequence - 1,
    commit: commitText(bytes),
    inclusionProof: tree.inclusionProof(sequence - 1, sizeOf(site)).map(toBase64),
    checkpoint: checkpoint.signedText,
    verifierKeyName: signersOf(checkpoint.note),
    since: (since?.trees ?? []).map((earlier) => ({
      site: earlier.site,
      size: earlier.size,
      consistencyProof:
        log.trees.get(earlier.site)?.consistencyProof(earlier.size, sizeOf(earlier.site)).map(toBase64) ?? [],
    })),
  };
}

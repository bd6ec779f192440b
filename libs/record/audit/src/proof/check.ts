import type { Commit } from '@rehearsal/kernel';
import { decodeCommit } from '@rehearsal/kernel/commit-codec';
import { readCheckpoint, treeOf, type Checkpoint, type SiteTree } from '../checkpoint/checkpoint.js';
import { consistencyFaults, named, originFault, signatureFaults, sizeFaults, type AuditFault } from '../log/faults.js';
import { rootOfInclusion } from '../merkle/follow-proofs.js';
import { leafHash, sameHash } from '../merkle/hashing.js';
import { toBase64 } from '../note/base64.js';
import { AuditFormatError } from '../note/format-error.js';
import type { Verifier } from '../note/keys.js';
import { signersOf } from '../note/note.js';
import { hashesOf, type Bundle } from './bundle.js';

/** What can be said when something that whoever checks has to hold himself is missing. */
export const NOT_PROVEN = 'internally consistent, not proven unaltered';

export interface CheckRequest {
  readonly bundle: Bundle;
  /** By the key that whoever checks got elsewhere. */
  readonly verifier?: Verifier | undefined;
  /** A checkpoint that whoever checks has held since. */
  readonly since?: Checkpoint | undefined;
}

export interface CheckResult {
  /** `unaltered` is proven; `consistent` is not: nothing contradicts it. */
  readonly kind: 'unaltered' | 'consistent' | 'altered';
  readonly faults: readonly AuditFault[];
  /** What this does not show. */
  readonly limits: readonly string[];
  readonly checkpoint: Checkpoint;
  /** Undefined where the bytes are no commit. */
  readonly commit: Commit | undefined;
}

/**
 * Checks a bundle by itself, and by what whoever checks holds: no log, no database.
 * @throws AuditFormatError where the bundle cannot be checked as asked
 */
export function checkBundle({ bundle, verifier, since }: CheckRequest): CheckResult {
  const checkpoint = readCheckpoint(bundle.checkpoint);
  const signers = signersOf(checkpoint.note);
  if (bundle.verifierKeyName !== signers) {
    throw new AuditFormatError(
      `expected a bundle that names who signed its checkpoint (${signers}), saw ${bundle.verifierKeyName}`,
    );
  }
  const bytes = new TextEncoder().encode(bundle.commit);
  const commit = commitIn(bytes);
  const faults = [
    ...(commit === undefined ? [NO_COMMIT] : []),
    ...inclusionFaults(bundle, bytes, checkpoint),
    ...(verifier === undefined ? [] : signatureFaults(checkpoint, verifier)),
    ...(since === undefined ? [] : sinceFaults(bundle, checkpoint, since)),
    ...(verifier === undefined || since === undefined ? [] : signatureFaults(since, verifier)),
  ];
  const missing = whatIsMissing(bundle, verifier, since);
  const kind = faults.length > 0 ? 'altered' : missing.length > 0 ? 'consistent' : 'unaltered';
  return { kind, faults, limits: [...missing, ALWAYS], checkpoint, commit };
}

const NO_COMMIT: AuditFault = { fault: 'commit', expected: 'the bytes of a commit', seen: 'others' };
const ALWAYS = 'That the recorded inputs are complete and true is not shown by the log itself.';

function commitIn(bytes: Uint8Array): Commit | undefined {
  try {
    return decodeCommit(bytes);
  } catch {
    return undefined;
  }
}

function inclusionFaults(bundle: Bundle, bytes: Uint8Array, checkpoint: Checkpoint): AuditFault[] {
  const { site, leafIndex } = bundle;
  const tree: SiteTree = treeOf(checkpoint, site) ?? { site, size: 0, root: new Uint8Array(0) };
  const expected = `a proof that leads from commit ${site}:${leafIndex + 1} to root ${toBase64(tree.root)} over ${tree.size} commits`;
  if (leafIndex >= tree.size) {
    const covered = `the ${named(checkpoint)} to cover commit ${site}:${leafIndex + 1}`;
    return [{ fault: 'inclusion', expected: covered, seen: `${tree.size} commits of site ${site}` }];
  }
  const root = rootOfInclusion(leafIndex, tree.size, leafHash(bytes), hashesOf(bundle.inclusionProof));
  if (root === undefined) return [{ fault: 'inclusion', expected, seen: 'a proof that fits no tree of that size' }];
  return sameHash(root, tree.root) ? [] : [{ fault: 'inclusion', expected, seen: `one to root ${toBase64(root)}` }];
}

function sinceFaults(bundle: Bundle, checkpoint: Checkpoint, since: Checkpoint): AuditFault[] {
  if (since.origin !== checkpoint.origin) return [originFault(checkpoint.origin, since.origin)];
  return since.trees.flatMap((earlier) => {
    const { site, size } = earlier;
    const later = treeOf(checkpoint, site);
    if (later === undefined || later.size < size) {
      return sizeFaults(earlier, later?.size ?? 0, `the ${named(checkpoint)} of the bundle`);
    }
    const given = bundle.since.find((proof) => proof.site === site && proof.size === size);
    if (given === undefined && size > 0 && size < later.size) {
      throw new AuditFormatError(
        `expected a bundle with a consistency proof from the ${named(since)}, saw ${sizesOf(bundle)}`,
      );
    }
    return consistencyFaults(earlier, later, hashesOf(given?.consistencyProof ?? []));
  });
}

function sizesOf({ since }: Bundle): string {
  return since.length === 0 ? 'one without any' : `one from ${since.map(({ size }) => size).join(' and ')} commits`;
}

function whatIsMissing(bundle: Bundle, verifier: Verifier | undefined, since: Checkpoint | undefined): string[] {
  const out: string[] = [];
  if (verifier === undefined) {
    out.push('No key was given: whoever wrote the bundle may have signed its checkpoint himself.');
  }
  if (since === undefined) {
    out.push('No earlier checkpoint was given: who holds the key may have written the log anew before signing it.');
  } else if (bundle.leafIndex >= (treeOf(since, bundle.site)?.size ?? 0)) {
    out.push(
      `The commit came after the earlier ${named(since)}: only those before it are proven unaltered. Keep a checkpoint that covers it.`,
    );
  }
  return out;
}

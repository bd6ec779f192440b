import type { Checkpoint, SiteTree } from '../checkpoint/checkpoint.js';
import { rootsOfConsistency } from '../merkle/follow-proofs.js';
import { EMPTY_ROOT, sameHash } from '../merkle/hashing.js';
import { toBase64 } from '../note/base64.js';
import { keyTitle, type Verifier } from '../note/keys.js';
import { judgeNote, signersOf } from '../note/note.js';
import type { RunLog } from './run-log.js';

/** What is wrong with a log, a checkpoint, or a proof. */
export interface AuditFault {
  readonly fault:
    /** The checkpoint is not signed by the key, or not with this text. */
    | 'signature'
    /** The checkpoint is of another log. */
    | 'origin'
    /** There are fewer commits than a checkpoint covers. */
    | 'size'
    /** The commits are not those a checkpoint covers. */
    | 'root'
    /** The bytes are no commit. */
    | 'commit'
    /** The proof does not lead from the commit to the root. */
    | 'inclusion'
    /** The proof does not lead from the earlier root to the later one. */
    | 'consistency';
  readonly expected: string;
  readonly seen: string;
}

/** `root: expected …, saw …` */
export function faultText({ fault, expected, seen }: AuditFault): string {
  return `${fault}: expected ${expected}, saw ${seen}`;
}

/** What is wrong with the signatures of a checkpoint, as the key says. */
export function signatureFaults(checkpoint: Checkpoint, verifier: Verifier): AuditFault[] {
  const verdict = judgeNote(checkpoint.note, verifier);
  if (verdict === 'signed') return [];
  const expected = `the ${named(checkpoint)} to be signed by ${keyTitle(verifier)}`;
  const others = `a signature by ${signersOf(checkpoint.note)} and none by that key`;
  const seen = verdict === 'unsigned' ? others : 'a signature that is not of this text by this key';
  return [{ fault: 'signature', expected, seen }];
}

/** What is wrong with a log, if a checkpoint is right: it has to begin with what the checkpoint covers. */
export function logFaults({ origin, trees }: RunLog, checkpoint: Checkpoint): AuditFault[] {
  if (checkpoint.origin !== origin) return [originFault(origin, checkpoint.origin)];
  return checkpoint.trees.flatMap((covered): AuditFault[] => {
    const tree = trees.get(covered.site);
    const size = tree?.size ?? 0;
    const faults = sizeFaults(covered, size, 'the log');
    if (faults.length > 0) return faults;
    return rootFaults(covered, tree === undefined ? EMPTY_ROOT : tree.root(covered.size), 'the log');
  });
}

export function originFault(expected: string, seen: string): AuditFault {
  return { fault: 'origin', expected: `a checkpoint of ${expected}`, seen: `one of ${seen}` };
}

/** @param of what has that many commits, or such a root */
export function sizeFaults(covered: SiteTree, size: number, of: string): AuditFault[] {
  if (size >= covered.size) return [];
  const expected = `at least ${covered.size} commits of site ${covered.site}, which the checkpoint covers`;
  return [{ fault: 'size', expected, seen: `${size} in ${of}` }];
}

function rootFaults(covered: SiteTree, root: Uint8Array, of: string): AuditFault[] {
  if (sameHash(covered.root, root)) return [];
  const expected = `root ${toBase64(covered.root)} over the first ${covered.size} commits of site ${covered.site}`;
  return [{ fault: 'root', expected, seen: `${toBase64(root)} in ${of}` }];
}

/** What is wrong with a proof that one tree of a site begins with an earlier one. */
export function consistencyFaults(earlier: SiteTree, later: SiteTree, proof: readonly Uint8Array[]): AuditFault[] {
  const faults = sizeFaults(earlier, later.size, 'the later checkpoint');
  if (faults.length > 0) return faults;
  const { site, size } = earlier;
  // Between trees of one size, and from none, there is nothing to prove but the roots.
  if (size === later.size) return rootFaults(earlier, later.root, 'the later checkpoint');
  if (size === 0) return rootFaults(earlier, EMPTY_ROOT, 'a tree without any');
  const expected = `a proof that leads from root ${toBase64(earlier.root)} over ${size} commits of site ${site} to root ${toBase64(later.root)} over ${later.size}`;
  const roots = rootsOfConsistency(size, later.size, earlier.root, proof);
  const wrong = (seen: string): AuditFault[] => [{ fault: 'consistency', expected, seen }];
  if (roots === undefined) return wrong('a proof that fits no trees of these sizes');
  if (!sameHash(roots.from, earlier.root)) return wrong(`one from root ${toBase64(roots.from)}`);
  return sameHash(roots.to, later.root) ? [] : wrong(`one to root ${toBase64(roots.to)}`);
}

/** `checkpoint of 412 commits` */
export function named({ trees }: Checkpoint): string {
  const [first, ...further] = trees;
  const rest = further.map(({ site, size }) => ` and ${size} of site ${site}`).join('');
  return `checkpoint of ${first!.size} commits${rest}`;
}

import type { AnyMachine, Commit, Hlc, Seal } from '@rehearsal/kernel';
import {
  canonicalText,
  commitText,
  compareHlc,
  parseCommit,
  SealBuilder,
  sealHash,
  sha256Hex,
} from '@rehearsal/kernel';
import { Causes } from './causes.js';
import type { ReadCommit } from './chain.js';
import { Chains, placeOf } from './chain.js';
import { isPlainlyCanonical } from './plainly-canonical.js';
import { Redecider } from './redecide.js';
import type { BadPlace, VerifyKind, VerifyResult } from './result.js';
import { VERIFY_EXIT } from './result.js';

export interface VerifyOptions {
  /** The lines of `log.jsonl`, without their line feeds. */
  readonly lines: Iterable<Uint8Array>;
  /** From the run's folder, or better from elsewhere. */
  readonly seal?: Seal;
  /** The hash of the seal as it was printed and kept elsewhere: shows that the seal itself was replaced. */
  readonly sealHash?: string;
  /** Something that is held elsewhere vouches for every commit, as a signed checkpoint does: what a seal shows is shown. */
  readonly vouched?: boolean;
  /** By kind. With the code that was recorded, `verify` proves; with today's, it lists what would be decided differently. */
  readonly machines: Readonly<Record<string, AnyMachine>>;
  /** Setting log.seenIds of the run; true unless given. */
  readonly seenIds?: boolean;
  /** 100 unless given. */
  readonly maxDifferences?: number;
}

/**
 * Reads a run's log and tells whether it is what was recorded and sealed, and whether the machines,
 * given the recorded inputs, decide the recorded events. Hashes are taken over the stored bytes.
 */
export function verifyRun(options: VerifyOptions): VerifyResult {
  const { seal, machines, maxDifferences = 100 } = options;
  const firstSeq = seal === undefined || seal.sequences.count === 0 ? 1 : seal.sequences.first;
  const chains = new Chains(seal);
  const causes = new Causes();
  const redecider = new Redecider(machines, options.seenIds ?? true);
  const builder = new SealBuilder(seal?.site);
  const tampered: BadPlace[] = [];
  const differences: BadPlace[] = [];
  const undecided = new Map<string, { stream: string; commits: number; reason: string }>();
  const builds = new Set<string>();
  let differenceCount = 0;
  let decided = 0;
  let line = 0;
  let latest: Hlc = { ms: 0, count: 0 };
  let backInTime: ReadCommit | undefined;

  for (const bytes of options.lines) {
    const seq = firstSeq + line++;
    const commit = readLine(bytes);
    if (typeof commit === 'string') {
      tampered.push({
        fault: 'not-a-commit',
        line,
        seq,
        stream: '',
        version: 0,
        expected: 'a commit in canonical JSON',
        seen: commit,
      });
      continue;
    }
    const { stream, version, prev } = commit;
    const read = { line, seq, stream, version, prev, hash: sha256Hex(bytes) };
    builder.add(seq, read);
    builds.add(commit.build);
    causes.add(read, commit.cause);
    if (compareHlc(commit.time, latest) < 0) backInTime ??= read;
    else latest = commit.time;
    if (!chains.add(read)) redecider.giveUp(stream, `the stream is broken before version ${version}`);
    const redecision = redecider.redecide(commit);
    if (redecision === undefined) {
      decided++;
    } else if ('undecided' in redecision) {
      const entry = undecided.get(stream) ?? { stream, commits: 0, reason: redecision.undecided };
      entry.commits++;
      undecided.set(stream, entry);
    } else {
      differenceCount++;
      if (differences.length < maxDifferences) {
        differences.push({ fault: 'decision', line, seq, stream, version, ...redecision });
      }
    }
  }

  tampered.push(...chains.finish(), ...causes.finish());
  const seen = builder.seal();
  tampered.push(...sealFaults(options, seen, tampered.length === 0, backInTime));
  tampered.sort(byPlace);
  const kind: VerifyKind = tampered.length > 0 ? 'tampered' : differenceCount > 0 ? 'decides-differently' : 'ok';
  return {
    kind,
    exitCode: VERIFY_EXIT[kind],
    first: tampered[0] ?? differences[0],
    tampered,
    differences,
    differenceCount,
    commits: line,
    decided,
    undecided: [...undecided.values()],
    heads: chains.heads(),
    sealHash: seen.hash,
    builds: [...builds],
    limits: limitsOf(options, undecided.size > 0),
  };
}

/** The commit in a line, or what is wrong with it. */
function readLine(bytes: Uint8Array): Commit | string {
  try {
    const text = commitText(bytes);
    const commit = parseCommit(text);
    return isPlainlyCanonical(bytes) || canonicalText(commit) === text ? commit : 'JSON that is not in canonical form';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * What the seal says against the log as a whole, and what can be said against the seal. Where the
 * order is wrong, nothing tells the place for certain; a commit that is older than the one before it
 * is the best hint (alone it proves nothing: clocks differ).
 */
function sealFaults(
  { seal, sealHash: kept }: VerifyOptions,
  seen: Seal,
  wholeSoFar: boolean,
  backInTime: ReadCommit | undefined,
): BadPlace[] {
  const out: BadPlace[] = [];
  const whole = { line: 0, seq: 0, stream: '', version: 0 } as const;
  const shown = (seal ?? seen).hash;
  if (kept !== undefined && shown !== kept) {
    out.push({ ...whole, fault: 'seal', expected: `the seal with hash ${kept}`, seen: `hash ${shown}` });
  }
  if (seal === undefined) return out;
  const made = sealHash(seal);
  if (made !== seal.hash) {
    out.push({
      ...whole,
      fault: 'seal',
      expected: `contents with hash ${seal.hash}`,
      seen: `contents with hash ${made}`,
    });
  }
  // Any other fault changes these as well, and says where.
  if (!wholeSoFar || out.length > 0 || seen.hash === seal.hash) return out;
  const { first, last, count } = seal.sequences;
  const expected = `${count} commits at sequences ${first} to ${last} in the sealed order (${seal.order})`;
  const found = `${seen.sequences.count} commits in the order ${seen.order}`;
  out.push(
    backInTime === undefined
      ? { ...whole, fault: 'order', expected, seen: found }
      : placeOf('order', backInTime, expected, `${found}; this one is older than the one before it`),
  );
  return out;
}

/** By line; but what a line shows by itself comes before what the seal misses after it, and that before the whole. */
function byPlace(a: BadPlace, b: BadPlace): number {
  return rankOf(a) - rankOf(b) || a.line - b.line;
}

function rankOf({ fault, line }: BadPlace): number {
  return line === 0 ? 2 : fault === 'missing' ? 1 : 0;
}

function limitsOf(options: VerifyOptions, someUndecided: boolean): string[] {
  const out = options.vouched === true ? [] : sealLimits(options);
  if (someUndecided)
    out.push('Some commits could not be decided again: their hashes were checked, their decisions were not.');
  out.push('That the recorded inputs are complete and true is not shown by the log itself.');
  return out;
}

function sealLimits({ seal, sealHash: kept }: VerifyOptions): string[] {
  if (kept !== undefined) return [];
  return [
    seal === undefined
      ? 'There is no seal: commits removed from the end of a stream, whole streams removed, and changes to the last commit of a stream cannot be seen.'
      : 'The seal was not compared with one that is held elsewhere: whoever can write the log may have written the seal.',
  ];
}

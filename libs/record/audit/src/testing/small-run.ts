import { encodeCommit, sha256Hex } from '@rehearsal/kernel';
import {
  makeKeyPair,
  readRunLog,
  readSigner,
  readVerifier,
  signCheckpoint,
  treesOf,
  type Checkpoint,
  type CommitSource,
  type RunLog,
} from '../index.js';

export const RUN = { fabric: 'branch', run: 'panic-lossless-sim-7' };
const pair = makeKeyPair('rehearsal', new Uint8Array(32).fill(1));
export const SIGNER = readSigner(pair.privateKey);
export const VERIFIER = readVerifier(pair.verifierKey);
export const STRANGER = makeKeyPair('rehearsal', new Uint8Array(32).fill(2));

const PAID = (amount: number) => ({ type: 'Paid', amount, note: 'für "Café"' });

/** So many commits of one stream, each on the one before. */
export function commitsOf(count: number, site = 1): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let version = 1; version <= count; version++) {
    const before = out.at(-1);
    out.push(
      encodeCommit({
        id: `1_1.1.${version}`,
        stream: `till.T${site}`,
        version,
        prev: before === undefined ? '' : sha256Hex(before),
        input: { type: 'Pay', id: `pay-${version}`, at: version, from: 'command' },
        events: [PAID(version)],
        principal: { name: 'Ann Lee', known: 'asserted' },
        build: 'b',
        time: { ms: 1000 + version, count: 0 },
      }),
    );
  }
  return out;
}

export function source(commits: readonly Uint8Array[], site = 1): CommitSource {
  return { site, commits: () => commits };
}

export async function logOf(...sources: readonly CommitSource[]): Promise<RunLog> {
  return readRunLog(RUN, sources);
}

/** What was signed when the log had so many commits. */
export async function checkpointAt(commits: readonly Uint8Array[], size: number): Promise<Checkpoint> {
  const log = await logOf(source(commits.slice(0, size)));
  return signCheckpoint(log.origin, treesOf(log), SIGNER);
}

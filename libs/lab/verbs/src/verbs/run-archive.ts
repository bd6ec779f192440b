import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { makeKeyPair, originOf, readSigner, signCheckpoint, toBase64, type Signer } from '@rehearsal/audit';
import type { RunResult } from '@rehearsal/experiment';
import { readRunHead } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { defaultKeyFile, signerIn } from '../audit/audit-keys.js';
import { namesOf } from '../audit/audited-log.js';
import type { VerbContext } from '../registry/verb.js';

/** What is archived of a run's log. */
export const archiveSchema = z.strictObject({
  /** What holds it. */
  store: z.string(),
  commits: z.int().min(0),
  /** Commits at the end of the log that were not archived within the time given. */
  lag: z.int().min(0),
  /** Of the RFC 6962 tree over the archived bytes. */
  treeSize: z.int().min(0),
  root: z.string(),
  /** The signed note over both. */
  checkpoint: z.string(),
  /** Checks its signature: `name+id+base64`. */
  verifierKey: z.string(),
});
export type RunArchive = z.output<typeof archiveSchema>;

/** Signs checkpoints: with the key at its usual place, else with one that is made for this alone and kept nowhere. */
export function checkpointSigner(): Signer {
  const keyFile = defaultKeyFile();
  if (existsSync(keyFile)) return signerIn(keyFile);
  return readSigner(makeKeyPair('rehearsal-once', randomBytes(32)).privateKey);
}

/** Compares a run's archive with its log; a run whose archive does not agree has failed. */
export async function withArchive(
  result: RunResult,
  signer: Signer,
  { services }: Pick<VerbContext, 'services'>,
): Promise<RunResult & { readonly archive: RunArchive }> {
  const { about, tree, lag, problems } = await services.archived(result.folder);
  const names = namesOf(readRunHead(result.folder));
  const archive = {
    store: about,
    commits: tree.size,
    lag,
    treeSize: tree.size,
    root: toBase64(tree.root),
    checkpoint: signCheckpoint(originOf(names.fabric, names.run, tree.site), [tree], signer).signedText,
    verifierKey: signer.verifierKey,
  };
  if (problems.length === 0) return { ...result, archive };
  const reasons = [...result.reasons, ...problems.map((problem) => `archive: ${problem}`)];
  return { ...result, verdict: 'fail', reasons, archive };
}

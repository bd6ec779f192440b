import { z } from 'zod';
import { HASH_LEN_BYTES } from '../merkle/hashing.js';
import { readBase64 } from '../note/base64.js';
import { AuditFormatError } from '../note/format-error.js';

const FORMAT = 'rehearsal-audit-bundle/1';

/** Hashes in base64. */
const proof = z.array(z.string()).max(64);

/** All that whoever checks a commit needs besides what he holds himself: the key, and an earlier checkpoint. */
export const bundleSchema = z.strictObject({
  format: z.literal(FORMAT),
  /** Of the commit; its sequence in the site's log is one more than the leaf's index. */
  site: z.int().min(1),
  leafIndex: z.int().min(0),
  /** The commit, to the byte: the UTF-8 of this text. */
  commit: z.string(),
  /** From the leaf up to the root of its site's tree. */
  inclusionProof: proof,
  /** A signed note. */
  checkpoint: z.string(),
  /** Whose signature the checkpoint has: name and id of a key, which alone proves nothing. */
  verifierKeyName: z.string(),
  /** For each site of an earlier checkpoint, that the log only grew since. */
  since: z.array(z.strictObject({ site: z.int().min(1), size: z.int().min(0), consistencyProof: proof })),
});
export type Bundle = z.output<typeof bundleSchema>;

export const BUNDLE_FORMAT = FORMAT;

/** Reads a bundle. @throws AuditFormatError */
export function readBundle(text: string): Bundle {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AuditFormatError(`expected a bundle in JSON: ${(error as Error).message}`);
  }
  const result = bundleSchema.safeParse(value);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!;
  throw new AuditFormatError(`expected a bundle (${FORMAT}): ${path.join('.') || 'the document'}: ${message}`);
}

/** @throws AuditFormatError */
export function hashesOf(proof: readonly string[]): Uint8Array[] {
  return proof.map((text) => {
    const bytes = readBase64(text);
    if (bytes?.length === HASH_LEN_BYTES) return bytes;
    throw new AuditFormatError(`expected a hash of ${HASH_LEN_BYTES} bytes in base64, saw ${JSON.stringify(text)}`);
  });
}

import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { readVerifier, type Signer } from '../note/keys.js';
import { judgeNote } from '../note/note.js';
import { logFaults, signatureFaults, type AuditFault } from './faults.js';
import type { RunLog } from './run-log.js';

/** Of what was published, what bears a signature of the key for that log, good or bad, in its order. */
export function signedBefore(origin: string, published: readonly Checkpoint[], signer: Signer): readonly Checkpoint[] {
  const verifier = readVerifier(signer.verifierKey);
  return published.filter((one) => one.origin === origin && judgeNote(one.note, verifier) !== 'unsigned');
}

/** Why the key must not sign the log as it stands: it would contradict a checkpoint that it signed before. */
export function contradictions(log: RunLog, before: Checkpoint, signer: Signer): readonly AuditFault[] {
  return [...signatureFaults(before, readVerifier(signer.verifierKey)), ...logFaults(log, before)];
}

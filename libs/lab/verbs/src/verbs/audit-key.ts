import { randomBytes } from 'node:crypto';
import { makeKeyPair } from '@rehearsal/audit';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { checkpointsBeside, defaultKeyFile, writeKeyPair } from '../audit/audit-keys.js';
import { verb } from '../registry/verb.js';

const output = z.strictObject({
  key: z.string(),
  /** Where the line below was written, to hand on. */
  verifierKeyFile: z.string(),
  verifierKey: z.string(),
  /** Where checkpoints that it signs are published. */
  checkpoints: z.string(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'audit key',
  summary: 'make the key that signs checkpoints of logs',
  about:
    'An Ed25519 pair. The file of the private key can be read by its owner alone; the verifier key is one line, for ' +
    'everybody who is to check what the other signs. Hand it on before there is anything to doubt. See ' +
    '[audit](../audit.md).',
  examples: [
    { command: 'rehearse audit key', does: 'make a key at its usual place' },
    { command: 'rehearse audit key --key /safe/audit.key --signer example.com/lab', does: 'elsewhere, under a name' },
  ],
  positionals: [],
  input: z.strictObject({
    key: z
      .string()
      .optional()
      .describe('file for the private key; default: $REHEARSE_AUDIT_KEY, or audit.key under ~/.config/rehearsal'),
    signer: z.string().default('rehearsal').describe('name of the key, which signatures carry'),
  }),
  output,
  needs: 'nothing',
  effect: 'act',
  async handle({ key = defaultKeyFile(), signer }): Promise<Out> {
    let pair: ReturnType<typeof makeKeyPair>;
    try {
      pair = makeKeyPair(signer, randomBytes(32));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new LabError('bad-input', `--signer: ${error.message}.`, 'For example: --signer example.com/lab.');
    }
    const verifierKeyFile = writeKeyPair(key, pair);
    return { key, verifierKeyFile, verifierKey: pair.verifierKey, checkpoints: checkpointsBeside(key) };
  },
  render: ({ key, verifierKeyFile, verifierKey }: Out) =>
    [
      verifierKey,
      '',
      `private key: ${key} (keep it from whoever can write logs)`,
      `verifier key: ${verifierKeyFile} (the line above: give it to whoever is to check)`,
      '',
    ].join('\n'),
});

import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  appended,
  contradictions,
  keyTitle,
  named,
  readCheckpoints,
  signCheckpoint,
  signedBefore,
  toBase64,
  treesOf,
  type Checkpoint,
  type RunLog,
  type Signer,
} from '@rehearsal/audit';
import { findLog } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { checkpointsBeside, defaultKeyFile, placed, refuseInsideRun, signerIn, textOf } from '../audit/audit-keys.js';
import { logOfRun, refuseFaults } from '../audit/audited-log.js';
import { verb } from '../registry/verb.js';

const output = z.strictObject({
  run: z.string(),
  origin: z.string(),
  trees: z.array(z.strictObject({ site: z.int(), size: z.int(), root: z.string() })),
  verifierKeyName: z.string(),
  /** The signed note. */
  checkpoint: z.string(),
  /** File it is published in. */
  to: z.string(),
  /** False where the file had the same already. */
  appended: z.boolean(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'audit checkpoint',
  summary: "sign a run's log as it stands, and publish that outside the run",
  about:
    'Makes the Merkle tree of RFC 6962 over the exact bytes of every commit, signs its size and root as a C2SP ' +
    'checkpoint, and appends that to a file. Whoever holds the checkpoint can later be shown that nothing before it ' +
    'was altered. A log that does not begin with what the key signed before is not signed. See [audit](../audit.md).',
  examples: [
    { command: 'rehearse audit checkpoint', does: 'sign the log of the last run' },
    {
      command: 'rehearse audit checkpoint latest --key /safe/audit.key --to /safe/checkpoints.txt',
      does: 'with that key, to that file',
    },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().default('latest').describe('an id or a path, of a fabric that is up, too, or latest'),
    key: z
      .string()
      .optional()
      .describe('file of the private key; default: $REHEARSE_AUDIT_KEY, or audit.key under ~/.config/rehearsal'),
    to: z
      .string()
      .optional()
      .describe('file to append to; default: $REHEARSE_CHECKPOINTS, or checkpoints.txt beside the key'),
  }),
  output,
  needs: 'run',
  effect: 'act',
  async handle({ run, key = defaultKeyFile(), to = checkpointsBeside(key) }, context): Promise<Out> {
    const folder = findLog(run, context.runsFolder);
    const signer = signerIn(key);
    refuseInsideRun(to);
    const log = await logOfRun(folder);
    const text = existsSync(to) ? textOf(to) : '';
    const before = lastSigned(log, signer, to, text);
    const made = signCheckpoint(log.origin, treesOf(log), signer);
    const isNew = before?.note.text !== made.note.text;
    if (isNew) publish(to, appended(text, made));
    return {
      run: folder,
      origin: log.origin,
      trees: made.trees.map(({ site, size, root }) => ({ site, size, root: toBase64(root) })),
      verifierKeyName: keyTitle(signer),
      checkpoint: made.signedText,
      to,
      appended: isNew,
    };
  },
  render: ({ checkpoint, to, appended: isNew }: Out) =>
    `${checkpoint}\n${isNew ? `appended to ${to}` : `${to} has it already`}\n`,
});

/** The latest checkpoint of the log by this key; a signer never contradicts what he signed before. */
function lastSigned(log: RunLog, signer: Signer, to: string, text: string): Checkpoint | undefined {
  const published = placed(to, () => readCheckpoints(text), 'Mend the file, or name another: --to FILE.');
  const own = signedBefore(log.origin, published, signer);
  for (const checkpoint of own) {
    refuseFaults(
      `The log is not signed: it does not fit the ${named(checkpoint)} in ${to}`,
      contradictions(log, checkpoint, signer),
      'Where a simulated run was made anew with other code, publish to another file; else the log was altered.',
    );
  }
  return own.at(-1);
}

function publish(to: string, text: string): void {
  mkdirSync(dirname(to), { recursive: true });
  appendFileSync(to, text);
}

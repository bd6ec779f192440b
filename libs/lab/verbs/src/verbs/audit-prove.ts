import { existsSync, writeFileSync } from 'node:fs';
import { bundleSchema, logFaults, named, proveCommit, treeOf, type PlacedCommit, type RunLog } from '@rehearsal/audit';
import { findLog } from '@rehearsal/experiment/run-folder';
import { decodeCommit } from '@rehearsal/kernel/commit-codec';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { checkpointsBeside, defaultKeyFile } from '../audit/audit-keys.js';
import { logOfRun, refuseFaults } from '../audit/audited-log.js';
import { CHECKPOINT_WORDS, pickCheckpoint, readNamed } from '../audit/checkpoint-files.js';
import { verb } from '../registry/verb.js';
import { commitWord } from '../time/read-moment.js';

const output = z.strictObject({
  run: z.string(),
  /** `1:412` */
  commit: z.string(),
  /** What the bundle says, in words. */
  says: z.string(),
  /** Where it was written; null: nowhere. */
  out: z.string().nullable(),
  bundle: bundleSchema,
});
type Out = z.output<typeof output>;

export default verb({
  path: 'audit prove',
  summary: 'prove that a commit is in the log that a checkpoint covers',
  about:
    'Makes a bundle that can be checked without the run: the exact bytes of the commit, the hashes that lead from it ' +
    'to the root in a checkpoint, and that checkpoint. With --since it also proves that the log only grew from an ' +
    'earlier checkpoint, which whoever checks has held. See [audit](../audit.md).',
  examples: [
    { command: 'rehearse audit prove 1:12', does: 'the twelfth commit of site 1 of the last run' },
    {
      command: 'rehearse audit prove latest security-group.SG1:7 --out proof.json',
      does: 'a commit by its stream and version',
    },
    {
      command: 'rehearse audit prove latest 1:12 --since held.txt --out proof.json',
      does: 'for somebody who holds an earlier checkpoint',
    },
  ],
  positionals: ['run', 'commit'],
  input: z.strictObject({
    run: z.string().default('latest').describe('an id or a path, of a fabric that is up, too, or latest'),
    commit: z.string().describe('SITE:SEQ as in 1:412, SEQ, or STREAM:VERSION as in security-group.SG1:7'),
    checkpoint: z
      .string()
      .optional()
      .describe(`${CHECKPOINT_WORDS}; default: checkpoints.txt under ~/.config/rehearsal`),
    since: z.string().optional().describe('an earlier checkpoint, named in the same way'),
    out: z.string().optional().describe('write the bundle there; a file that is there stays as it is'),
  }),
  output,
  needs: 'run',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const { commit: asked, out } = given;
    if (out !== undefined && existsSync(out)) {
      throw new LabError('bad-input', `${out} is there already.`, 'Name another file, or move that one away.');
    }
    const isAsked = readCommitWord(asked);
    const folder = findLog(given.run, context.runsFolder);
    const signed = readNamed(given.checkpoint ?? checkpointsBeside(defaultKeyFile()));
    const held = given.since === undefined ? undefined : readNamed(given.since);
    let found: PlacedCommit | undefined;
    const log = await logOfRun(folder, (commit) => {
      if (found === undefined && isAsked(commit)) found = { ...commit, bytes: commit.bytes.slice() };
    });
    const checkpoint = pickCheckpoint(signed, log.origin);
    const since = held === undefined ? undefined : pickCheckpoint(held, log.origin);
    for (const one of [checkpoint, ...(since === undefined ? [] : [since])]) {
      refuseFaults(
        `The log in ${folder} does not fit the ${named(one)}`,
        logFaults(log, one),
        `See where it was altered: rehearse verify ${folder}.`,
      );
    }
    if (found === undefined) throw noCommit(asked, log);
    const covered = treeOf(checkpoint, found.site)?.size ?? 0;
    const place = `${found.site}:${found.sequence}`;
    if (found.sequence > covered) {
      throw new LabError(
        'bad-input',
        `Commit ${place} came after the ${named(checkpoint)} in ${signed.file}.`,
        'Make a later one: rehearse audit checkpoint RUN.',
      );
    }
    const bundle = proveCommit(log, found, checkpoint, since);
    if (out !== undefined) writeFileSync(out, pretty(bundle), { flag: 'wx' });
    const grown = since === undefined ? '' : `, grown from the ${named(since)}`;
    const says = `commit ${place} in the log of the ${named(checkpoint)}${grown}`;
    return { run: folder, commit: place, says, out: out ?? null, bundle };
  },
  render: ({ out, says, bundle }: Out) => (out === null ? pretty(bundle) : `wrote ${out}: ${says}\n`),
});

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Whether a commit is the one that the word names. @throws LabError (bad input) */
function readCommitWord(word: string): (commit: PlacedCommit) => boolean {
  const name = commitWord(word);
  if (name === undefined) {
    throw new LabError(
      'bad-input',
      `COMMIT: expected a place in the log or in a stream, saw '${word}'.`,
      'For example: 1:412 or security-group.SG1:7.',
    );
  }
  if ('seq' in name) return (c) => c.site === (name.site ?? c.site) && c.sequence === name.seq;
  const { stream, version } = name;
  return ({ bytes }) => {
    try {
      const commit = decodeCommit(bytes);
      return commit.stream === stream && commit.version === version;
    } catch {
      return false; // What is no commit has no stream.
    }
  };
}

function noCommit(asked: string, { trees }: RunLog): LabError {
  const sizes = [...trees].map(([site, { size }]) => `${site}:1 to ${site}:${size}`).join(', ');
  return new LabError(
    'bad-input',
    `The log has no commit ${asked}.`,
    `It has ${sizes}; see rehearse log RUN --kind commit.`,
  );
}

import {
  checkBundle,
  faultText,
  named,
  NOT_PROVEN,
  readBundle,
  readCheckpoint,
  toBase64,
  treeOf,
} from '@rehearsal/audit';
import type { Commit } from '@rehearsal/kernel';
import { z } from 'zod';
import { placed, textOf, verifierOf } from '../audit/audit-keys.js';
import { CHECKPOINT_WORDS, pickCheckpoint, readNamed } from '../audit/checkpoint-files.js';
import { decisionText } from '../log/log-entry.js';
import { EXIT, verb } from '../registry/verb.js';

const output = z.strictObject({
  kind: z.enum(['unaltered', 'consistent', 'altered']),
  /** The same in words. */
  says: z.string(),
  origin: z.string(),
  /** `1:412` */
  place: z.string(),
  size: z.int(),
  root: z.string(),
  verifierKeyName: z.string(),
  /** Who decided what and when, as the commit says; null where its bytes are no commit. */
  commit: z
    .strictObject({ stream: z.string(), version: z.int(), at: z.string(), by: z.string(), text: z.string() })
    .nullable(),
  /** What is wrong. */
  problems: z.array(z.string()),
  /** What this does not show. */
  limits: z.array(z.string()),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'audit check',
  summary: 'check a bundle, with nothing but a key and an earlier checkpoint',
  about:
    'Needs no run, no database and no bus. Key and checkpoint have to come from elsewhere than the bundle: without ' +
    `both, the most that can be said is that it is ${NOT_PROVEN}. A bundle that contradicts itself, the key or the ` +
    'checkpoint ends with exit code 1, one that cannot be read with 2. See [audit](../audit.md).',
  examples: [
    {
      command: 'rehearse audit check proof.json --key audit.key.pub --since held.txt',
      does: 'check it by what you hold',
    },
    { command: 'rehearse audit check proof.json', does: 'only see that it hangs together' },
  ],
  positionals: ['bundle'],
  input: z.strictObject({
    bundle: z.string().describe('file that rehearse audit prove wrote'),
    key: z.string().optional().describe('the verifier key, or a file with it'),
    since: z.string().optional().describe(`a checkpoint that you have held: ${CHECKPOINT_WORDS}`),
  }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle({ bundle: file, key, since: held }): Promise<Out> {
    const remedy = 'Make the bundle anew for this checkpoint: rehearse audit prove RUN COMMIT --since FILE.';
    const bundle = placed(file, () => readBundle(textOf(file)), 'Name a file that rehearse audit prove wrote.');
    const { origin } = placed(file, () => readCheckpoint(bundle.checkpoint), remedy);
    const verifier = key === undefined ? undefined : verifierOf(key);
    const since = held === undefined ? undefined : pickCheckpoint(readNamed(held), origin);
    const checked = placed(file, () => checkBundle({ bundle, verifier, since }), remedy);
    const { kind, faults, limits, checkpoint } = checked;
    const tree = treeOf(checkpoint, bundle.site);
    const proven = since === undefined ? '' : `proven unaltered since the ${named(since)}`;
    return {
      kind,
      says: { unaltered: proven, consistent: NOT_PROVEN, altered: 'altered, or not what it says' }[kind],
      origin,
      place: `${bundle.site}:${bundle.leafIndex + 1}`,
      size: tree?.size ?? 0,
      root: tree === undefined ? '' : toBase64(tree.root),
      verifierKeyName: bundle.verifierKeyName,
      commit: checked.commit === undefined ? null : inWords(checked.commit),
      problems: faults.map(faultText),
      limits: [...limits],
    };
  },
  render({ says, place, origin, size, root, verifierKeyName, commit, problems, limits }: Out) {
    const told =
      commit === null ? [] : [`${commit.stream}:${commit.version} at ${commit.at} by ${commit.by}: ${commit.text}`];
    return [
      says,
      `commit ${place} of ${origin}, among ${size} with root ${root}, signed by ${verifierKeyName}`,
      ...told,
      ...problems,
      ...limits,
      '',
    ].join('\n');
  },
  exitCode: ({ kind }) => (kind === 'altered' ? EXIT.deviated : EXIT.ok),
});

/** A commit of nobody knows whom: what has no words in it is shown as it stands. */
function inWords(commit: Commit): NonNullable<Out['commit']> {
  const { id, stream, version, time, events } = commit;
  const at = time.ms <= LAST_DATE_MS ? new Date(time.ms).toISOString() : `${time.ms} ms`;
  let text: string;
  try {
    text = decisionText(stream, events);
  } catch {
    text = events.map(({ type }) => type).join(', ');
  }
  return { stream, version, at, by: id.split('.')[0]!, text };
}

const LAST_DATE_MS = 8.64e15;

import { findRun } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { verb } from '../registry/verb.js';

const output = z.strictObject({
  run: z.string(),
  commits: z.strictObject({
    /** Where to. */
    to: z.string(),
    /** How many are there now. */
    published: z.int(),
  }),
  /** Null where there is no key that signs any. */
  checkpoints: z
    .strictObject({
      to: z.string(),
      /** Commits that the last one covers. */
      covered: z.int(),
    })
    .nullable(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'archive publish',
  summary: 'publish what the archive of a run has and Kafka was not given',
  about:
    'While a fabric is up its archive publishes by itself. Where the brokers were away when it was taken down, this ' +
    'publishes the rest from the archive, in the order of the log and from where it was, and the checkpoints. Brokers ' +
    'and topics are named by KAFKA_BROKERS, KAFKA_TOPIC and KAFKA_CHECKPOINT_TOPIC, as with `up`. See ' +
    '[archive](../archive.md#to-kafka).',
  examples: [
    { command: 'rehearse archive publish', does: 'the rest of the last run' },
    { command: 'rehearse archive publish 20261122-145559-try1-11286 --json', does: 'of another one, for programs' },
  ],
  positionals: ['run'],
  input: z.strictObject({ run: z.string().default('latest').describe('an id, a path, or latest') }),
  output,
  needs: 'run',
  effect: 'act',
  async handle({ run }, context): Promise<Out> {
    const folder = findRun(run, context.runsFolder);
    return { run: folder, ...(await context.services.publish(folder)) };
  },
  render: ({ commits, checkpoints }: Out) =>
    [
      `${commits.published} commits are published (${commits.to})`,
      checkpoints === null
        ? 'no checkpoints are: there is no key to sign any'
        : `checkpoints of up to ${checkpoints.covered} commits are published (${checkpoints.to})`,
      '',
    ].join('\n'),
});

import { resolve } from 'node:path';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { kafkaOutletsOf, type KafkaOutlets } from '@rehearsal/outlet';
import { checkpointsBeside, defaultKeyFile, refuseInsideRun } from '@rehearsal/verbs';

const CHECKPOINT_SECONDS = 60;

/** Where the key is that signs checkpoints, where those are published, and how often. */
export interface CheckpointSurroundings {
  readonly keyFile: string;
  readonly file: string;
  readonly everyMs: number;
}

/** @throws LabError (bad input) for what an archive could not use */
export function checkpointSurroundings(env: NodeJS.ProcessEnv = process.env): CheckpointSurroundings {
  const keyFile = resolve(defaultKeyFile(env));
  const file = resolve(checkpointsBeside(keyFile, env));
  for (const path of [keyFile, file]) refuseInsideRun(path);
  return { keyFile, file, everyMs: secondsOf(env['REHEARSE_CHECKPOINT_SECONDS']) * 1_000 };
}

/** @throws LabError (bad input) for brokers that cannot be read */
export function kafkaSurroundings(env: NodeJS.ProcessEnv = process.env): KafkaOutlets | undefined {
  try {
    return kafkaOutletsOf(env);
  } catch (error) {
    throw new LabError('bad-input', `${reasonOf(error)}.`, 'Name some brokers, or unset it.');
  }
}

/** What an archive's configuration says of what is around it. @throws LabError (bad input) */
export function archiveSurroundings(): Readonly<Record<string, unknown>> {
  // Its process finds them by itself; what is wrong with them is said before anything is started.
  kafkaSurroundings();
  return { checkpoints: checkpointSurroundings() };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined || text === '') return CHECKPOINT_SECONDS;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1) return seconds;
  throw new LabError(
    'bad-input',
    `REHEARSE_CHECKPOINT_SECONDS: expected whole seconds from 1 on, saw ${JSON.stringify(text)}.`,
    `Unset it for ${CHECKPOINT_SECONDS}.`,
  );
}

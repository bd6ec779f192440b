import { resolve } from 'node:path';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { readBrokers } from '@rehearsal/outlet';
import { checkpointsBeside, defaultKeyFile, refuseInsideRun } from '@rehearsal/verbs';

const CHECKPOINT_SECONDS = 60;

/**
 * What an archive's configuration says of what is around it: where the key is that signs checkpoints, where those are
 * published, and how often. @throws LabError (bad input) for what an archive could not use
 */
export function archiveSurroundings(env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, unknown>> {
  checkBrokers(env['KAFKA_BROKERS']);
  const keyFile = resolve(defaultKeyFile(env));
  const file = resolve(checkpointsBeside(keyFile, env));
  for (const path of [keyFile, file]) refuseInsideRun(path);
  return { checkpoints: { keyFile, file, everyMs: secondsOf(env['REHEARSE_CHECKPOINT_SECONDS']) * 1_000 } };
}

function checkBrokers(brokers: string | undefined): void {
  if (brokers === undefined || brokers === '') return;
  try {
    readBrokers(brokers);
  } catch (error) {
    throw new LabError('bad-input', `KAFKA_BROKERS: ${reasonOf(error)}.`, 'Name some brokers, or unset it.');
  }
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

import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { readBrokers } from '@rehearsal/outlet';

/** Says before anything is started what an archive could not use. @throws LabError (bad input) */
export function checkArchiveSurroundings(env: NodeJS.ProcessEnv = process.env): void {
  const brokers = env['KAFKA_BROKERS'];
  if (brokers === undefined || brokers === '') return;
  try {
    readBrokers(brokers);
  } catch (error) {
    throw new LabError('bad-input', `KAFKA_BROKERS: ${reasonOf(error)}.`, 'Name some brokers, or unset it.');
  }
}

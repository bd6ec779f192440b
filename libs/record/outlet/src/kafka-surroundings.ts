import { KafkaOutlet, readBrokers } from './kafka-outlet.js';

const COMMITS_TOPIC = 'rehearsal.commits';
const CHECKPOINTS_TOPIC = 'rehearsal.checkpoints';

/** Where an archive publishes to. */
export interface KafkaOutlets {
  readonly commits: KafkaOutlet;
  readonly checkpoints: KafkaOutlet;
}

/**
 * The outlets that KAFKA_BROKERS, KAFKA_TOPIC and KAFKA_CHECKPOINT_TOPIC name; undefined where no brokers are named.
 * @throws RangeError for brokers that cannot be read
 */
export function kafkaOutletsOf(env: Readonly<Record<string, string | undefined>>): KafkaOutlets | undefined {
  const text = env['KAFKA_BROKERS'] ?? '';
  if (text === '') return undefined;
  const brokers = brokersIn(text);
  const to = (topic: string): KafkaOutlet => new KafkaOutlet({ brokers, topic });
  return {
    commits: to(env['KAFKA_TOPIC'] || COMMITS_TOPIC),
    checkpoints: to(env['KAFKA_CHECKPOINT_TOPIC'] || CHECKPOINTS_TOPIC),
  };
}

function brokersIn(text: string): readonly string[] {
  try {
    return readBrokers(text);
  } catch (error) {
    throw new RangeError(`KAFKA_BROKERS: ${(error as Error).message}`, { cause: error });
  }
}

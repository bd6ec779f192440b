import { describe, expect, it } from '@jest/globals';
import { kafkaOutletsOf } from './kafka-surroundings.js';

describe('where an archive publishes to, by its environment', () => {
  it('is nowhere without brokers', () => {
    expect(kafkaOutletsOf({})).toBeUndefined();
    expect(kafkaOutletsOf({ KAFKA_BROKERS: '', KAFKA_TOPIC: 'x' })).toBeUndefined();
  });

  it.each([
    [{}, 'rehearsal.commits', 'rehearsal.checkpoints'],
    [{ KAFKA_TOPIC: 'a', KAFKA_CHECKPOINT_TOPIC: 'b' }, 'a', 'b'],
    [{ KAFKA_TOPIC: '', KAFKA_CHECKPOINT_TOPIC: '' }, 'rehearsal.commits', 'rehearsal.checkpoints'],
  ])('has the topics of %j', (env, commits, checkpoints) => {
    const outlets = kafkaOutletsOf({ ...env, KAFKA_BROKERS: 'one:9092, two:9092' });
    expect(outlets?.commits.about).toBe(`Kafka at one:9092,two:9092, topic ${commits}`);
    expect(outlets?.checkpoints.about).toBe(`Kafka at one:9092,two:9092, topic ${checkpoints}`);
  });

  it('is refused where brokers cannot be read', () => {
    expect(() => kafkaOutletsOf({ KAFKA_BROKERS: 'one' })).toThrow(
      'KAFKA_BROKERS: expected brokers as host:port,host:port, saw "one"',
    );
  });
});

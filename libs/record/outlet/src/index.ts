/** Ways out for what is recorded: a port to publish to, Kafka behind it, and what publishes without gap. */
export type { Outlet, OutletEvent } from './outlet.js';
export { KafkaOutlet, readBrokers } from './kafka-outlet.js';
export type { KafkaPlace, KafkaTimes } from './kafka-outlet.js';
export { kafkaOutletsOf } from './kafka-surroundings.js';
export type { KafkaOutlets } from './kafka-surroundings.js';
export { Publisher, PUBLISHER_LIMITS } from './publisher.js';
export type { OutletSource, PublisherLimits, PublisherState, PublisherWorld } from './publisher.js';

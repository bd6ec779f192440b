/** What specs of outlets have in common. Not for production code. */
export { Forwarder } from './testing/forwarder.js';
export { MemoryOutlet } from './testing/memory-outlet.js';
export { MockBroker } from './testing/mock-broker.js';
export { readTopic } from './testing/read-topic.js';
export type { ReadEvent } from './testing/read-topic.js';

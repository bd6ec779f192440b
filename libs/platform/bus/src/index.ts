/** The Runtime on NATS: connection, lanes, log, status and credentials; and the server it runs on. */
export { connectRaw } from './connection.js';
export type { ConnectionOptions } from './connection.js';
export { readSeed } from './credentials.js';
export { dieWithParent } from './die-with-parent.js';
export { LiveRuntime } from './live-runtime.js';
export type { LiveRuntimeOptions } from './live-runtime.js';
export { NatsServer } from './nats-server.js';
export type { NatsServerOptions } from './nats-server.js';
export type { FedMessage, FeedTiming, StoredMessage } from './log-feed.js';
export { LogRestorer } from './log-restorer.js';
export type { RestoreOptions } from './log-restorer.js';
export type { RawLog, RawLogOptions } from './raw-log.js';
export type { BusUser } from './server-config.js';
export { serverRefusal } from './server-version.js';

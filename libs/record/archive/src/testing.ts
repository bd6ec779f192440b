/** What specs and benches of the archive have in common. Not for production code. */
export { archiveStoreContract } from './testing/archive-store-contract.js';
export { archivedMessage, messages } from './testing/messages.js';
export { PostgresServer } from './testing/postgres-server.js';

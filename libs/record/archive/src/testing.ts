/** What specs and benches of the archive have in common. Not for production code. */
export { PgDatabase } from './pg-database.js';
export { PgliteDatabase } from './pglite-database.js';
export { SqlArchiveStore } from './sql-archive-store.js';
export { LogWriter } from './testing/log-writer.js';
export { archivedMessage, messages } from './testing/messages.js';
export { PostgresServer } from './testing/postgres-server.js';

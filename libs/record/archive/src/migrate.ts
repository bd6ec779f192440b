import { join } from 'node:path';
import Postgrator from 'postgrator';
import { ArchiveRefusal } from './archive-store.js';
import type { SqlDatabase } from './sql-database.js';

const MIGRATIONS = join(import.meta.dirname, '../migrations');
/** Any number will do that no other program's advisory locks have. */
const LOCK = 7_254_110_915;

/**
 * Runs the migrations that a database has not had, all or none, one process at a time. Each is a file of plain SQL,
 * remembered with its checksum: one that was edited after it ran is refused.
 * @throws ArchiveRefusal when the tables are a newer program's
 */
export async function migrate(database: SqlDatabase): Promise<void> {
  await database.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const postgrator = new Postgrator({
      driver: 'pg',
      schemaTable: 'archive.schema_version',
      migrationPattern: `${MIGRATIONS.replaceAll(/[*?[\]{}()!]/g, '[$&]')}/*.sql`,
      newline: 'LF',
      execQuery: async (sql) => ({ rows: [...(await session.query(sql)).rows] }),
      execSqlScript: (sql) => session.script(sql),
    });
    const seen = await postgrator.getDatabaseVersion();
    const known = await postgrator.getMaxVersion();
    if (seen > known) {
      throw new ArchiveRefusal(
        `${database.about}: expected tables of version ${known} or older, saw version ${seen}: ` +
          'a newer Rehearsal made this archive; use that one',
      );
    }
    await postgrator.migrate();
  });
}

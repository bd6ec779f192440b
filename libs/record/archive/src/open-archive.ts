import type { ArchiveStore } from './archive-store.js';
import { PgDatabase } from './pg-database.js';
import type { PgTimes } from './pg-database.js';
import { SqlArchiveStore } from './sql-archive-store.js';

export interface ArchivePlace {
  /** `postgres://…`: a PostgreSQL server; without it the archive is kept in a folder, by this process alone. */
  readonly databaseUrl?: string | undefined;
  readonly dir: string;
  readonly times?: PgTimes;
}

/** The archive at a place, not migrated yet. @throws Error where another process uses the folder */
export async function openArchive({ databaseUrl, dir, times }: ArchivePlace): Promise<ArchiveStore> {
  if (databaseUrl !== undefined && databaseUrl !== '') return new SqlArchiveStore(new PgDatabase(databaseUrl, times));
  // Loading it takes most of a second: only who needs it does.
  const { PgliteDatabase } = await import('./pglite-database.js');
  return new SqlArchiveStore(await PgliteDatabase.open(dir));
}

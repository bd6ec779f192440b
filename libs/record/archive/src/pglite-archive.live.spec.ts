import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { PgliteDatabase } from './pglite-database.js';
import { SqlArchiveStore } from './sql-archive-store.js';
import { archiveStoreContract } from './testing/archive-store-contract.js';

archiveStoreContract('PGlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-pglite-'));
  let database: PgliteDatabase;
  return {
    open: async () => {
      database = await PgliteDatabase.open(join(dir, 'archive'));
      return new SqlArchiveStore(database);
    },
    // There is one user, and it may do everything; a setting of the session ends with the statement.
    asOwner: async (sql) => {
      try {
        await database.script(sql);
      } finally {
        await database.script('RESET session_replication_role');
      }
    },
    close: async () => rmSync(dir, { recursive: true, force: true }),
  };
});

it('lets one process at a time use the folder, and forgets one that was killed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-pglite-'));
  const archive = join(dir, 'archive');
  const first = await PgliteDatabase.open(archive);
  await expect(PgliteDatabase.open(archive)).rejects.toThrow(
    `${archive} is in use by process ${process.pid}: only one process at a time may open it`,
  );
  await first.close();
  // Its number is in use again, by another that started later.
  writeFileSync(`${archive}.lock`, `${process.pid} 1`);
  const second = await PgliteDatabase.open(archive);
  await second.close();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

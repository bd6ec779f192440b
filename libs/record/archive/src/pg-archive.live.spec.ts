import { openArchive } from './open-archive.js';
import { archiveStoreContract } from './testing/archive-store-contract.js';
import { PostgresServer } from './testing/postgres-server.js';

archiveStoreContract('a PostgreSQL server', async () => {
  const server = await PostgresServer.start();
  return {
    open: () => openArchive({ databaseUrl: server.url, dir: '' }),
    asOwner: async (sql) => {
      const client = await server.client();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    },
    close: () => server.close(),
  };
});

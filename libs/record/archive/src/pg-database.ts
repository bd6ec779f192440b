import { Pool } from 'pg';
import type { PoolClient } from 'pg';
import type { SqlDatabase, SqlResult, SqlSession } from './sql-database.js';

export interface PgTimes {
  readonly connectMs: number;
  /** A statement that takes longer is given up, and its connection with it. */
  readonly queryMs: number;
}

export const PG_TIMES: PgTimes = { connectMs: 5_000, queryMs: 30_000 };

/** One to write, and some to read meanwhile. */
const CONNECTIONS = 4;

/** A PostgreSQL server. Does not connect before it is asked something, and connects anew after each break. */
export class PgDatabase implements SqlDatabase {
  readonly about: string;
  readonly #pool: Pool;

  /** @param url `postgres://user:password@host:port/database` */
  constructor(url: string, { connectMs, queryMs }: PgTimes = PG_TIMES) {
    this.about = `PostgreSQL at ${withoutSecrets(url)}`;
    this.#pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: connectMs,
      query_timeout: queryMs,
      keepAlive: true,
      application_name: 'rehearsal archive',
    });
    // A connection that breaks while nobody uses it is dropped by the pool; whoever asks next gets another.
    this.#pool.on('error', () => undefined);
  }

  query(sql: string, params?: readonly unknown[]): Promise<SqlResult> {
    return this.#with((client) => sessionOf(client).query(sql, params));
  }

  script(sql: string): Promise<void> {
    return this.#with((client) => sessionOf(client).script(sql));
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#with(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work(sessionOf(client));
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // Where this fails too the connection is closed, which undoes the transaction.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #with<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // One that breaks between two statements says so at the next one.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let failed = true;
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      client.off('error', ignore);
      // After a failure nobody knows what the server still does with it.
      client.release(failed);
    }
  }
}

function sessionOf(client: PoolClient): SqlSession {
  return {
    query: async (sql, params) => {
      const { rows, rowCount } = await client.query(sql, params as unknown[] | undefined);
      return { rows, changed: rowCount ?? 0 };
    },
    script: async (sql) => {
      await client.query(sql);
    },
  };
}

function withoutSecrets(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}

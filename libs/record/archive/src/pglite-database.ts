import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import type { Transaction } from '@electric-sql/pglite';
import { FolderLock } from './folder-lock.js';
import type { SqlDatabase, SqlResult, SqlSession } from './sql-database.js';

/** PostgreSQL within this process, kept in a folder that no other process may use meanwhile. */
export class PgliteDatabase implements SqlDatabase {
  readonly about: string;
  readonly #db: PGlite;
  readonly #lock: FolderLock;

  /** @throws Error when another process uses the folder */
  static async open(dir: string): Promise<PgliteDatabase> {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const lock = FolderLock.take(dir);
    try {
      return new PgliteDatabase(dir, await PGlite.create({ dataDir: dir }), lock);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  private constructor(dir: string, db: PGlite, lock: FolderLock) {
    this.about = `PGlite in ${dir}`;
    this.#db = db;
    this.#lock = lock;
  }

  query(sql: string, params?: readonly unknown[]): Promise<SqlResult> {
    return sessionOf(this.#db).query(sql, params);
  }

  script(sql: string): Promise<void> {
    return sessionOf(this.#db).script(sql);
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#db.transaction((tx) => work(sessionOf(tx)));
  }

  async close(): Promise<void> {
    if (!this.#db.closed) await this.#db.close();
    this.#lock.release();
  }
}

function sessionOf(db: PGlite | Transaction): SqlSession {
  return {
    query: async (sql, params) => {
      const { rows, affectedRows } = await db.query<Record<string, unknown>>(sql, params as unknown[] | undefined);
      return { rows, changed: affectedRows ?? 0 };
    },
    script: async (sql) => {
      await db.exec(sql);
    },
  };
}

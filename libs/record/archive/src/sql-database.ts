export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows that were added or changed. */
  readonly changed: number;
}

export interface SqlSession {
  query(sql: string, params?: readonly unknown[]): Promise<SqlResult>;
  /** Several statements at once. */
  script(sql: string): Promise<void>;
}

/** What the archive needs of a PostgreSQL, wherever it runs. */
export interface SqlDatabase extends SqlSession {
  /** For people, without secrets. */
  readonly about: string;
  /** All that `work` does, or nothing of it. */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The SQLSTATE of an error of the database; undefined for others. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

import { ArchiveRefusal } from './archive-store.js';
import type { ArchivedMessage, ArchiveStore, LogArchive, LogKey, PublishedTo } from './archive-store.js';
import type { FlowArchive } from './flows/flow-archive.js';
import { SqlFlowArchive } from './flows/sql-flow-archive.js';
import { migrate } from './migrate.js';
import { sqlState } from './sql-database.js';
import type { SqlDatabase, SqlSession } from './sql-database.js';

/** The archive in a PostgreSQL, be it a server or within this process. */
export class SqlArchiveStore implements ArchiveStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  get about(): string {
    return this.#database.about;
  }

  migrate(): Promise<void> {
    return migrate(this.#database);
  }

  async openLog(key: LogKey): Promise<LogArchive> {
    const { rows } = await this.#database.query('SELECT archive.open_log($1, $2) AS id', [key.run, key.stream]);
    return new SqlLogArchive(this.#database, key, Number(rows[0]?.['id']));
  }

  async openFlows({ run, stream }: LogKey): Promise<FlowArchive> {
    const { rows } = await this.#database.query('SELECT archive.open_flows($1, $2) AS id', [run, stream]);
    return new SqlFlowArchive(this.#database, Number(rows[0]?.['id']));
  }

  async logs(): Promise<readonly (LogKey & { readonly archivedSeq: number })[]> {
    const { rows } = await this.#database.query(
      'SELECT run, stream, archived_seq::text AS seq FROM archive.logs ORDER BY log_id',
    );
    return rows.map(({ run, stream, seq }) => ({
      run: String(run),
      stream: String(stream),
      archivedSeq: Number(seq),
    }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const ADVANCE =
  'UPDATE archive.logs SET archived_seq = $2, archived_at = now() WHERE log_id = $1 AND archived_seq = $3';
const CHECKPOINT = 'SELECT archived_seq::text AS seq FROM archive.logs WHERE log_id = $1';

/** What is in columns beside the bytes is read from them by the database, where it can read them at all. */
const INSERT = `
  INSERT INTO archive.commits (log_id, seq, subject, version, message_id, headers, bytes, commit, stored_ns)
  SELECT $1, r.seq, r.subject, (d.commit->'version')::bigint, r.message_id, r.headers, r.bytes, d.commit, r.stored_ns
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::jsonb[], $6::bytea[], $7::bigint[], $8::boolean[])
    AS r(seq, subject, message_id, headers, bytes, stored_ns, readable)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN r.readable THEN convert_from(r.bytes, 'UTF8')::jsonb END AS commit OFFSET 0
  ) AS d
  ON CONFLICT DO NOTHING`;
const READABLE = `SELECT (convert_from($1::bytea, 'UTF8')::jsonb->'version')::bigint`;
const CONFIRM = `
  INSERT INTO archive.outlets (log_id, name, published_seq) VALUES ($1, $2, $3)
  ON CONFLICT (log_id, name) DO UPDATE SET published_seq = $3, published_at = clock_timestamp()`;

class SqlLogArchive implements LogArchive {
  readonly key: LogKey;
  readonly #database: SqlDatabase;
  readonly #id: number;

  constructor(database: SqlDatabase, key: LogKey, id: number) {
    this.#database = database;
    this.key = key;
    this.#id = id;
  }

  checkpoint(): Promise<number> {
    return this.#checkpointIn(this.#database);
  }

  async append(messages: readonly ArchivedMessage[]): Promise<number> {
    this.#assertUnbroken(messages);
    try {
      return await this.#append(messages, () => true);
    } catch (error) {
      // Class 22: some bytes are no JSON, or JSON that jsonb cannot hold. Bytes are kept whatever they say.
      if (!sqlState(error)?.startsWith('22')) throw error;
      const readable = new Set<ArchivedMessage>();
      for (const message of messages) if (await this.#isReadable(message)) readable.add(message);
      return this.#append(messages, (message) => readable.has(message));
    }
  }

  async read(fromSeq: number, count: number): Promise<readonly ArchivedMessage[]> {
    const { rows } = await this.#database.query(
      // The table's own seq: the digits of the same name would be in another order.
      `SELECT c.seq::text AS seq, subject, headers, bytes, stored_ns::text AS stored_ns FROM archive.commits c
       WHERE log_id = $1 AND c.seq >= $2 ORDER BY c.seq LIMIT $3`,
      [this.#id, fromSeq, count],
    );
    return rows.map((row) => ({
      seq: Number(row['seq']),
      subject: String(row['subject']),
      headers: row['headers'] as [string, string][],
      bytes: new Uint8Array(row['bytes'] as Uint8Array),
      storedNs: String(row['stored_ns']),
    }));
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#database.query(
      'SELECT kind, count(*)::text AS n FROM archive.commits WHERE log_id = $1 GROUP BY kind ORDER BY kind',
      [this.#id],
    );
    return new Map(rows.map(({ kind, n }) => [String(kind), Number(n)]));
  }

  async published(): Promise<readonly PublishedTo[]> {
    const { rows } = await this.#database.query(
      `SELECT name, published_seq::text AS seq FROM archive.outlets WHERE log_id = $1 ORDER BY published_at DESC, name`,
      [this.#id],
    );
    return rows.map(({ name, seq }) => ({ name: String(name), seq: Number(seq) }));
  }

  async confirmPublished({ name, seq }: PublishedTo): Promise<void> {
    await this.#database.query(CONFIRM, [this.#id, name, seq]);
  }

  #append(all: readonly ArchivedMessage[], isReadable: (message: ArchivedMessage) => boolean): Promise<number> {
    return this.#database.transaction(async (session) => {
      let messages = all;
      while (messages.length > 0) {
        const before = messages[0]!.seq - 1;
        const last = messages.at(-1)!.seq;
        // Holds the log's row until the end of the transaction: two archives of one log take turns.
        const { changed } = await session.query(ADVANCE, [this.#id, last, before]);
        if (changed === 1) {
          await this.#insert(session, messages, isReadable);
          return last;
        }
        const at = await this.#checkpointIn(session);
        if (at < before) {
          throw new ArchiveRefusal(
            `${this.#name}: expected sequence ${at + 1} next, saw ${before + 1}: ` +
              'a commit is missing, and the archive takes none after it',
          );
        }
        messages = messages.filter(({ seq }) => seq > at);
      }
      return this.#checkpointIn(session);
    });
  }

  async #insert(
    session: SqlSession,
    messages: readonly ArchivedMessage[],
    isReadable: (message: ArchivedMessage) => boolean,
  ): Promise<void> {
    const { changed } = await session.query(INSERT, [
      this.#id,
      messages.map(({ seq }) => seq),
      messages.map(({ subject }) => subject),
      messages.map(({ headers }) => headers.find(([name]) => name === 'Nats-Msg-Id')?.[1] ?? null),
      messages.map(({ headers }) => JSON.stringify(headers)),
      messages.map(({ bytes }) => bytesParam(bytes)),
      messages.map(({ storedNs }) => storedNs),
      messages.map(isReadable),
    ]);
    if (changed !== messages.length) {
      throw new ArchiveRefusal(
        `${this.#name}: ${messages.length - changed} commits after the checkpoint ${messages[0]!.seq - 1} are ` +
          'in the archive already, which this program never leaves behind: somebody else wrote them',
      );
    }
  }

  async #checkpointIn(session: SqlSession): Promise<number> {
    const { rows } = await session.query(CHECKPOINT, [this.#id]);
    if (rows[0] !== undefined) return Number(rows[0]['seq']);
    throw new ArchiveRefusal(`${this.#name} is not in the archive any more`);
  }

  async #isReadable({ bytes }: ArchivedMessage): Promise<boolean> {
    try {
      await this.#database.query(READABLE, [bytesParam(bytes)]);
      return true;
    } catch (error) {
      if (sqlState(error)?.startsWith('22')) return false;
      throw error;
    }
  }

  #assertUnbroken(messages: readonly ArchivedMessage[]): void {
    for (let i = 1; i < messages.length; i++) {
      const expected = messages[i - 1]!.seq + 1;
      const { seq } = messages[i]!;
      if (seq !== expected) {
        throw new ArchiveRefusal(`${this.#name}: expected sequence ${expected} next, saw ${seq}: a commit is missing`);
      }
    }
  }

  get #name(): string {
    return `log ${this.key.stream} of run ${this.key.run}`;
  }
}

/** Without a copy; both clients know a Buffer. */
function bytesParam({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

import { join } from 'node:path';
import { archivedMessage, PgDatabase, PgliteDatabase, SqlArchiveStore } from '@rehearsal/archive/testing';
import { inFolder, onServer } from './archive-places.mjs';

const BATCH = 1_000;
const ROUNDS = 5;
const COMMIT_BYTES = 600;
const encoder = new TextEncoder();

/** @typedef {import('@rehearsal/archive').ArchivedMessage} Message */

/** The columns and indexes of archived commits, and nothing that guards them. */
const RAW_TABLE = 'CREATE TABLE raw_commits (LIKE archive.commits INCLUDING ALL)';
const RAW_INSERT = `
  INSERT INTO raw_commits (log_id, seq, subject, version, message_id, headers, bytes, commit, stored_ns)
  SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[], $7::bytea[], $8::jsonb[],
    $9::bigint[])`;

/** @param {number} from @returns {Message[]} */
function batchFrom(from) {
  return Array.from({ length: BATCH }, (_, i) => {
    const commit = {
      id: `c${from + i}`,
      version: from + i,
      stream: 'security-group.SG1',
      text: 'x'.repeat(COMMIT_BYTES - 80),
    };
    return archivedMessage(from + i, { bytes: encoder.encode(JSON.stringify(commit)) });
  });
}

/** @param {number} log @param {readonly Message[]} batch */
const rawParams = (log, batch) => [
  log,
  batch.map(({ seq }) => seq),
  batch.map(({ subject }) => subject),
  batch.map(({ seq }) => seq),
  batch.map(({ headers }) => headers[1]?.[1] ?? null),
  batch.map(({ headers }) => JSON.stringify(headers)),
  batch.map(({ bytes }) => Buffer.from(bytes)),
  batch.map(({ bytes }) => Buffer.from(bytes).toString()),
  batch.map(({ storedNs }) => storedNs),
];

/**
 * Commits a second into the archive, against the same rows by one insert a batch into a bare table of the same
 * database. Rounds alternate, so that both meet the same machine; the best counts.
 * @param {import('../../libs/record/archive/dist/sql-database.js').SqlDatabase} database @param {boolean} smoke
 */
async function ingest(database, smoke) {
  const store = new SqlArchiveStore(database);
  await store.migrate();
  await database.script(RAW_TABLE);
  const batches = smoke ? 2 : 10;
  const best = { ours: 0, raw: 0 };
  for (let round = 1; round <= (smoke ? 1 : ROUNDS); round++) {
    const rows = Array.from({ length: batches }, (_, i) => batchFrom(1 + i * BATCH));
    const log = await store.openLog({ run: `round-${round}`, stream: 'bench_LOG_1' });
    let start = performance.now();
    for (const batch of rows) await database.query(RAW_INSERT, rawParams(round, batch));
    best.raw = Math.max(best.raw, (batches * BATCH * 1_000) / (performance.now() - start));
    start = performance.now();
    for (const batch of rows) await log.append(batch);
    best.ours = Math.max(best.ours, (batches * BATCH * 1_000) / (performance.now() - start));
  }
  await store.close();
  return { value: best.ours / best.raw, detail: { rowsPerSec: best.ours, rawRowsPerSec: best.raw } };
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'archive, PostgreSQL',
    unit: 'of raw unnest',
    reach: { atLeast: 0.8 },
    run: (smoke) => onServer((server) => ingest(new PgDatabase(server.url), smoke)),
  },
  {
    name: 'archive, PGlite',
    unit: 'of raw unnest',
    reach: { atLeast: 0.8 },
    run: (smoke) => inFolder(async (dir) => ingest(await PgliteDatabase.open(join(dir, 'archive')), smoke)),
  },
];

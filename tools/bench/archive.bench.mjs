import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveFollower } from '@rehearsal/archive';
import {
  archivedMessage,
  LogWriter,
  PgDatabase,
  PgliteDatabase,
  PostgresServer,
  SqlArchiveStore,
} from '@rehearsal/archive/testing';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';

const BATCH = 1_000;
const ROUNDS = 5;
const COMMIT_BYTES = 600;
const PER_SECOND = 2_000;
const STREAMS = 16;
const STEP_MS = 10;
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

/** @template T @param {(server: PostgresServer) => Promise<T>} work */
async function onServer(work) {
  const server = await PostgresServer.start();
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

/** @template T @param {(dir: string) => Promise<T>} work */
async function inFolder(work) {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * How long after the log server stored a commit it is archived, while so many a second are written.
 * @param {PostgresServer} database @param {string} dir @param {boolean} smoke
 */
async function lag(database, dir, smoke) {
  const users = [
    { role: /** @type {const} */ ('orchestrator'), id: '1_1' },
    { role: /** @type {const} */ ('archive'), id: '1' },
  ];
  const bus = await NatsServer.start({ dir, fabric: 'bench', site: 1, users, logMaxBytes: 1 << 30 });
  const [writing, archiving] = await Promise.all(
    users.map(({ role, id }) =>
      LiveRuntime.connect({
        self: { fabric: 'bench', site: 1, role, id, incarnation: 1 },
        natsUrl: bus.url,
        nkeySeed: readSeed(bus.seedFile(role, id)),
        fatal: (code, fields) => {
          throw new Error(`${code} ${JSON.stringify(fields)}`);
        },
      }),
    ),
  );
  const store = new SqlArchiveStore(new PgDatabase(database.url));
  await store.migrate();
  const archive = await store.openLog({ run: 'lag', stream: 'bench_LOG_1' });
  /** @type {number[]} */
  const lags = [];
  const timed = {
    key: archive.key,
    checkpoint: () => archive.checkpoint(),
    read: archive.read.bind(archive),
    counts: () => archive.counts(),
    /** @param {readonly Message[]} batch */
    append: async (batch) => {
      const end = await archive.append(batch);
      const now = archiving.nowMs();
      for (const { storedNs } of batch) lags.push(now - Number(storedNs) / 1e6);
      return end;
    },
  };
  const follower = new ArchiveFollower(timed, archiving, (refusal) => {
    throw refusal;
  });
  await follower.start();
  const writer = new LogWriter(writing, STREAMS);
  const seconds = smoke ? 1 : 10;
  const start = performance.now();
  while (writer.written < seconds * PER_SECOND) {
    const due = Math.min(seconds * PER_SECOND, Math.floor(((performance.now() - start) / 1_000) * PER_SECOND));
    if (due > writer.written) await writer.write(due - writer.written);
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
  const perSec = (writer.written * 1_000) / (performance.now() - start);
  while (lags.length < writer.written) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  await follower.stop(1_000);
  await store.close();
  await Promise.all([writing.drain(), archiving.drain()]);
  await bus.stop();
  lags.sort((a, b) => a - b);
  const quantile = (/** @type {number} */ q) => lags[Math.floor(q * (lags.length - 1))] ?? Number.NaN;
  return { value: quantile(0.99), detail: { p50Ms: quantile(0.5), maxMs: quantile(1), commitsPerSec: perSec } };
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
  {
    name: 'archive lag p99 at 2,000 commits/s',
    unit: 'ms',
    reach: { atMost: 250 },
    run: (smoke) => inFolder((dir) => onServer((server) => lag(server, dir, smoke))),
  },
];

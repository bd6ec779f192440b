import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import type { StoredMessage } from '@rehearsal/bus';
import type { RoleName } from '@rehearsal/protocol';
import type { ArchivedMessage } from './archive-store.js';
import { openArchive } from './open-archive.js';
import { isSameMessage } from './same-log.js';
import { ArchiveProcess } from './testing/archive-process.js';
import { LogWriter } from './testing/log-writer.js';
import { PostgresServer } from './testing/postgres-server.js';

const ROOT = join(import.meta.dirname, '../../../..');
/** REHEARSAL_KILLS=50 for a long run. */
const KILLS = Number(process.env['REHEARSAL_KILLS'] ?? 5);
const COMMITS_A_LIFE = 1_200;

jest.setTimeout(KILLS * 50_000);

let dir: string;
let bus: NatsServer;
let writer: LogWriter;
const runtimes: LiveRuntime[] = [];
const processes: ArchiveProcess[] = [];

// Processes run what was built; building again costs little when nothing has changed.
beforeAll(() => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'apps/archive'], { cwd: ROOT });
}, 120_000);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-archive-'));
  bus = await startBus('bus');
  writer = new LogWriter(await connect('orchestrator', '1_1'), 8);
});

afterEach(async () => {
  for (const archive of processes.splice(0)) await archive.end('SIGKILL');
  for (const runtime of runtimes.splice(0)) await runtime.drain();
  await bus.stop();
  rmSync(dir, { recursive: true, force: true });
});

function startBus(name: string): Promise<NatsServer> {
  const users = [
    { role: 'orchestrator', id: '1_1' },
    { role: 'archive', id: '1' },
  ] as const;
  return NatsServer.start({ dir: join(dir, name), fabric: 'demo', site: 1, users, logMaxBytes: 256 << 20 });
}

async function connect(role: RoleName, id: string, to = bus): Promise<LiveRuntime> {
  const runtime = await LiveRuntime.connect({
    self: { fabric: 'demo', site: 1, role, id, incarnation: 1 },
    natsUrl: to.url,
    nkeySeed: readSeed(to.seedFile(role, id)),
    fatal: (code, fields) => {
      throw new Error(`${code} ${JSON.stringify(fields)}`);
    },
  });
  runtimes.push(runtime);
  return runtime;
}

function archive(databaseUrl?: string, run = 'r1', of = bus): ArchiveProcess {
  const started = ArchiveProcess.start({ dir, bus: of, run, databaseUrl });
  processes.push(started);
  return started;
}

/** The log as the server has it. */
async function wholeLog(): Promise<StoredMessage[]> {
  const { rawLog } = await connect('archive', '1');
  const last = await new Promise<number | undefined>((resolve) => rawLog.lastSeq(resolve));
  const log: StoredMessage[] = [];
  let feed: { stop(): void } | undefined;
  await new Promise<void>((resolve) => {
    feed = rawLog.feed(1, {
      room: () => 1_000,
      on: ({ seq, subject, headers, bytes, storedNs }) => {
        log.push({ seq, subject, headers, bytes, storedNs });
        if (log.length === last) resolve();
      },
    });
  });
  feed?.stop();
  return log;
}

async function archived(databaseUrl?: string, run = 'r1'): Promise<readonly ArchivedMessage[]> {
  const store = await openArchive({ databaseUrl, dir: join(dir, 'archive') });
  try {
    const log = await store.openLog({ run, stream: 'demo_LOG_1' });
    return await log.read(1, 1_000_000);
  } finally {
    await store.close();
  }
}

/** Root of the Merkle tree over messages `from` to `to`, as RFC 6962 defines it in section 2.1. */
function rootOf(messages: readonly { readonly bytes: Uint8Array }[], from = 0, to = messages.length): Buffer {
  const sha256 = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
  if (to - from === 1) return sha256(Uint8Array.of(0), messages[from]!.bytes);
  let left = 1;
  while (2 * left < to - from) left *= 2;
  return sha256(Uint8Array.of(1), rootOf(messages, from, from + left), rootOf(messages, from + left, to));
}

/** Archives the log so far, in one life, and ends it. */
async function archiveToItsEnd(databaseUrl?: string, run?: string): Promise<void> {
  const life = archive(databaseUrl, run);
  await life.until((counts) => counts['archive_seq_now'] === writer.written && counts['archive_lag_now'] === 0);
  expect(await life.end('SIGTERM')).toBe(0);
}

/**
 * Lives and deaths under load; then the archive must be the log, message for message, and have the same tree as one that
 * was never disturbed.
 */
async function isTheLogAfterKills(databaseUrl?: string): Promise<void> {
  let told = 0;
  for (let life = 0; life < KILLS; life++) {
    const running = archive(databaseUrl);
    // Anywhere in what is written meanwhile; the dice are not the same twice, the outcome must be.
    const killAt = told + 1 + Math.floor(Math.random() * (COMMITS_A_LIFE - 1));
    const killed = running
      .until((counts) => (told = counts['archive_seq_now'] ?? told) >= killAt)
      .then(() => running.end('SIGKILL'));
    await Promise.all([writer.write(COMMITS_A_LIFE), killed]);
  }
  await archiveToItsEnd(databaseUrl);
  await archiveToItsEnd(databaseUrl, 'undisturbed');
  const [log, kept] = [await wholeLog(), await archived(databaseUrl)];
  expect(log.length).toBe(KILLS * COMMITS_A_LIFE);
  expect(kept.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
  const wrong = log.filter((message, i) => !isSameMessage(message, kept[i]!) || message.storedNs !== kept[i]!.storedNs);
  expect(wrong).toEqual([]);
  const undisturbed = await archived(databaseUrl, 'undisturbed');
  expect(undisturbed.length).toBe(kept.length);
  expect(rootOf(kept)).toEqual(rootOf(undisturbed));
}

describe('the archive, killed again and again under load', () => {
  it('holds in PGlite every message of the log, once, as it was', async () => {
    await isTheLogAfterKills();
  });

  describe('on a PostgreSQL server', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    }, 120_000);
    afterAll(() => server.close(), 60_000);

    it('holds there every message of the log, once, as it was', async () => {
      await isTheLogAfterKills(server.url);
    });

    it('lags behind a server that is slow, full, away or killed, holds up no writer, and catches up', async () => {
      const running = archive(server.url, 'r2');
      await writer.write(200);
      await running.until((counts) => counts['archive_seq_now'] === 200);

      const blocker = await server.client();
      await blocker.query('BEGIN; LOCK TABLE archive.commits IN ACCESS EXCLUSIVE MODE');
      await writer.write(300);
      await running.until((counts) => (counts['archive_lag_now'] ?? 0) >= 300);
      await blocker.query('ROLLBACK');
      await running.until((counts) => counts['archive_seq_now'] === 500);

      // What a server says whose disk is full, to whoever writes.
      await blocker.query(
        `CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
         CREATE TRIGGER disk_full BEFORE INSERT ON archive.commits FOR EACH ROW EXECUTE FUNCTION disk_full()`,
      );
      await writer.write(100);
      await running.until((counts) => (counts['archive_lag_now'] ?? 0) >= 100 && counts['archive_up_now'] === 0);
      await blocker.query('DROP FUNCTION disk_full CASCADE');
      await blocker.end();
      await running.until((counts) => counts['archive_seq_now'] === 600 && counts['archive_up_now'] === 1);

      await server.stop();
      await writer.write(300);
      await running.until((counts) => (counts['archive_lag_now'] ?? 0) >= 300 && counts['archive_up_now'] === 0);
      await server.startAgain();
      await running.until((counts) => counts['archive_seq_now'] === 900 && counts['archive_up_now'] === 1);

      await Promise.all([writer.write(300), server.kill()]);
      await server.startAgain();
      await running.until((counts) => counts['archive_seq_now'] === 1_200 && counts['archive_lag_now'] === 0);
      expect(await running.end('SIGTERM')).toBe(0);
      const codes = running.said.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).code]));
      expect(codes).toEqual(expect.arrayContaining(['archive_follows', 'archive_away', 'archive_back']));
    });

    it('stops and says why where the log is behind the archive, or is another one', async () => {
      const first = archive(server.url, 'r3');
      await writer.write(50);
      await first.until((counts) => counts['archive_seq_now'] === 50);
      await first.end('SIGTERM');
      const other = await startBus('other-bus');
      try {
        const behind = archive(server.url, 'r3', other);
        expect(await behind.ended).toBe(3);
        expect(behind.said).toContain(
          'the log demo_LOG_1 ends at sequence 0, but 50 commits of run r3 are archived: it was lost or replaced; ' +
            'restore it with: rehearse archive rebuild',
        );
        await new LogWriter(await connect('orchestrator', '1_1', other), 3).write(60);
        const another = archive(server.url, 'r3', other);
        expect(await another.ended).toBe(3);
        expect(another.said).toContain('holds another commit at sequence 50 than was archived of run r3');
      } finally {
        for (const runtime of runtimes.splice(0)) await runtime.drain();
        await other.stop();
      }
    });
  });
});

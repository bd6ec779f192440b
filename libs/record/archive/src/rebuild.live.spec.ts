import { existsSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { headers } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connectRaw, LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import type { StoredMessage } from '@rehearsal/bus';
import { sealOf } from '@rehearsal/kernel';
import type { RoleName } from '@rehearsal/protocol';
import { ArchiveFollower } from './archive-follower.js';
import type { LogArchive } from './archive-store.js';
import { openArchive } from './open-archive.js';
import type { ArchiveStore } from './archive-store.js';
import { rebuildLog } from './rebuild.js';
import { isSameMessage } from './same-log.js';
import { LogWriter } from './testing/log-writer.js';
import { PostgresServer } from './testing/postgres-server.js';

jest.setTimeout(60_000);

const SITE = { fabric: 'demo', site: 1, logMaxBytes: 64 << 20 };

let database: PostgresServer;
let store: ArchiveStore;
let runs = 0;
let dir: string;
let bus: NatsServer;
let log: LogArchive;
const runtimes: LiveRuntime[] = [];

beforeAll(async () => {
  database = await PostgresServer.start();
  store = await openArchive({ databaseUrl: database.url, dir: '' });
  await store.migrate();
}, 120_000);
afterAll(async () => {
  await store.close();
  await database.close();
}, 60_000);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-rebuild-'));
  const users = [
    { role: 'orchestrator', id: '1_1' },
    { role: 'member', id: '1_01' },
    { role: 'archive', id: '1' },
  ] as const;
  bus = await NatsServer.start({ ...SITE, dir, users, flowMaxBytes: 1 << 20 });
  log = await store.openLog({ run: `r${++runs}`, stream: 'demo_LOG_1' });
});
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.drain();
  await bus.stop();
  rmSync(dir, { recursive: true, force: true });
});

function selfOf(role: RoleName, id: string) {
  const self = { fabric: 'demo', site: 1, role, id, incarnation: 1 };
  return { self, natsUrl: bus.url, nkeySeed: readSeed(bus.seedFile(role, id)) };
}

async function connect(role: RoleName, id: string): Promise<LiveRuntime> {
  const fatal = (code: string): never => {
    throw new Error(code);
  };
  const runtime = await LiveRuntime.connect({ ...selfOf(role, id), fatal });
  runtimes.push(runtime);
  return runtime;
}

/** The log up to a sequence, as the server has it; and as it is archived meanwhile. */
async function archiveUpTo(seq: number): Promise<void> {
  const runtime = await connect('archive', '1');
  const refused = jest.fn();
  const follower = new ArchiveFollower(log, runtime, refused);
  await follower.start();
  while (follower.state.archivedSeq < seq) await new Promise((resolve) => setTimeout(resolve, 5));
  await follower.stop(1_000);
  expect(refused).not.toHaveBeenCalled();
}

async function messagesUpTo(seq: number): Promise<Omit<StoredMessage, 'storedNs'>[]> {
  const { rawLog } = await connect('archive', '1');
  const out: Omit<StoredMessage, 'storedNs'>[] = [];
  let feed: { stop(): void } | undefined;
  await new Promise<void>((resolve) => {
    feed = rawLog.feed(1, {
      room: () => 1_000,
      on: (message) => {
        out.push({ seq: message.seq, subject: message.subject, headers: message.headers, bytes: message.bytes });
        if (message.seq === seq) resolve();
      },
    });
  });
  feed?.stop();
  return out;
}

/** Reports one batch of flow records of a byte; answers with those that are kept then. */
async function report(byte: number): Promise<number[]> {
  const member = await connect('member', '1_01');
  expect(member.report('flow.1_01', Uint8Array.of(byte))).toBe(true);
  const archive = await connect('archive', '1');
  const kept: number[] = [];
  await new Promise<void>((resolve) => {
    archive.followFlows(1, ({ bytes }) => {
      kept.push(bytes[0]!);
      if (bytes[0] === byte) resolve();
    });
  });
  return kept;
}

async function writeOdd(): Promise<void> {
  const connection = await connectRaw(selfOf('orchestrator', '1_1'));
  const odd = headers();
  odd.append('lower-case', 'a: b');
  odd.append('Twice', '1');
  odd.append('Twice', '2');
  await connection.request('demo.log.1.security-group.odd', Uint8Array.of(0, 10, 255), {
    headers: odd,
    timeout: 5_000,
  });
  await connection.request('demo.log.1.security-group.odd', new Uint8Array(0), { timeout: 5_000 });
  await connection.close();
}

describe('a log that is restored from the archive', () => {
  it.each([
    ['lost', (): void => rmSync(join(dir, 'store'), { recursive: true }), undefined, [2]],
    [
      'damaged',
      (): void => truncateSync(join(dir, 'store/jetstream/$G/streams/demo_LOG_1/msgs/1.blk'), 2_000),
      'store.lost-1',
      [1, 2],
    ],
  ])('has the subjects, sequences, headers and bytes of the one that was %s', async (_what, damage, kept, flows) => {
    const writer = new LogWriter(await connect('orchestrator', '1_1'), 5);
    await writer.write(2_300);
    await writeOdd();
    await archiveUpTo(2_302);
    const before = await messagesUpTo(2_302);
    expect(await report(1)).toEqual([1]);
    await bus.kill();
    damage();

    const told: number[] = [];
    const rebuilt = await rebuildLog(log, { ...SITE, dir }, (n) => told.push(n));
    expect(rebuilt).toEqual({ messages: 2_302, kept: kept && join(dir, kept) });
    expect(told).toEqual([1_000, 2_000, 2_302]);
    expect(kept === undefined || existsSync(join(dir, kept))).toBe(true);
    expect(existsSync(join(dir, 'restoring'))).toBe(false);

    await bus.startAgain();
    const after = await messagesUpTo(2_302);
    expect(after.length).toBe(before.length);
    expect(after.filter((message, i) => !isSameMessage(message, before[i]!))).toEqual([]);
    expect(sealOf(after.slice(0, -2))).toEqual(sealOf(before.slice(0, -2)));
    // Whoever decided goes on where it was, and so does the archive.
    await writer.write(50);
    await archiveUpTo(2_352);
    // Flow records are not in the archive of the log: what is left of them is there, and more can come.
    expect(await report(2)).toEqual(flows);
  });

  it('is not written under a bus that runs, nor from an archive that lacks a commit or has none', async () => {
    const target = { ...SITE, dir };
    await expect(rebuildLog(log, target)).rejects.toThrow(/nothing is archived of log demo_LOG_1 of run/);
    await new LogWriter(await connect('orchestrator', '1_1'), 2).write(30);
    await archiveUpTo(30);
    await expect(rebuildLog(log, target)).rejects.toThrow(`the bus of ${dir} runs (pid ${bus.pid})`);
    await bus.kill();
    const client = await database.client();
    await client.query(
      `BEGIN; ALTER TABLE archive.commits DISABLE TRIGGER ALL;
       DELETE FROM archive.commits c USING archive.logs l WHERE l.log_id = c.log_id AND run = '${log.key.run}' AND seq = 12;
       ALTER TABLE archive.commits ENABLE ALWAYS TRIGGER refuse_change; COMMIT`,
    );
    await client.end();
    await expect(rebuildLog(log, target)).rejects.toThrow(/commit 12 of log demo_LOG_1 of run .* is missing/);
    expect(existsSync(join(dir, 'restoring'))).toBe(false);
    // What was there is left as it was.
    await bus.startAgain();
    expect((await messagesUpTo(30)).length).toBe(30);
  });
});

import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openArchive } from './open-archive.js';
import { messages } from './testing/messages.js';
import { PostgresServer } from './testing/postgres-server.js';

const ROOT = join(import.meta.dirname, '../../../..');
const PROGRAM = join(ROOT, 'libs/record/archive/dist/testing/append-forever.js');
const KILLS = 3;

let dir: string;
const children: ChildProcess[] = [];

jest.setTimeout(120_000);

// Processes run what was built; building again costs little when nothing has changed.
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-archive-'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'libs/record/archive'], { cwd: ROOT });
}, 120_000);
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts a writer and ends it through `kill` after so many batches; answers with what it was told is stored. */
async function acknowledged(args: readonly string[], batches: number, kill: (child: ChildProcess) => unknown) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  const gone = once(child, 'exit');
  let last = 0;
  let heard = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (++heard === batches) void kill(child);
  }
  await gone;
  expect(heard).toBeGreaterThanOrEqual(batches);
  return last;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Everything acknowledged is there, and everything there is whole. */
async function expectWhole(place: { dir: string; databaseUrl?: string }, run: string, last: number): Promise<void> {
  const store = await openArchive(place);
  const log = await store.openLog({ run, stream: 'demo_LOG_1' });
  const checkpoint = await log.checkpoint();
  expect(checkpoint).toBeGreaterThanOrEqual(last);
  expect(await log.read(1, checkpoint + 100)).toEqual(messages(1, checkpoint));
  await store.close();
}

describe('a writer that is killed while it inserts', () => {
  it('has in PGlite everything that was acknowledged, and can go on', async () => {
    const place = { dir: join(dir, 'pglite') };
    for (let i = 1, last = 0; i <= KILLS; i++) {
      const now = await acknowledged([place.dir, 'killed'], 3 * i, (child) => child.kill('SIGKILL'));
      expect(now).toBeGreaterThan(last);
      await expectWhole(place, 'killed', (last = now));
    }
  });

  describe('on a PostgreSQL server', () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    }, 120_000);
    afterAll(() => server.close(), 60_000);

    it('has there everything that was acknowledged, and can go on', async () => {
      const place = { dir: '', databaseUrl: server.url };
      for (let i = 1, last = 0; i <= KILLS; i++) {
        const now = await acknowledged(['', 'killed', server.url], 17 * i, (child) => child.kill('SIGKILL'));
        expect(now).toBeGreaterThan(last);
        await expectWhole(place, 'killed', (last = now));
      }
    });

    it('has there everything that was acknowledged when the server itself is killed', async () => {
      for (let i = 1; i <= KILLS; i++) {
        const last = await acknowledged(['', 'server-killed', server.url], 11 * i, () => server.kill());
        await server.startAgain();
        await expectWhole({ dir: '', databaseUrl: server.url }, 'server-killed', last);
      }
    });
  });
});

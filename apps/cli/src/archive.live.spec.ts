import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openArchive } from '@rehearsal/archive';
import { PostgresServer } from '@rehearsal/archive/testing';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

const FABRIC = `fabric: small
profile: lossless
securityGroups: {SG1: {members: 2}}
traffic: {connections: 60, packetsPerSec: 300}
`;

interface Archive {
  readonly pid: number | null;
  readonly state: string;
  readonly store: string;
  readonly archivedSeq: number;
  readonly logSeq: number;
  readonly lag: number;
}
interface Up {
  readonly run: string;
  readonly folder: string;
  readonly archive: Archive | null;
}

describe('a fabric with an archive', () => {
  let folder: string;
  let server: PostgresServer;
  /** Run and folder of a fabric that was archived on the server, and is down. */
  let kept: Up;
  const ran = (url: string, words: readonly string[]) => {
    const dirs = { XDG_RUNTIME_DIR: folder, XDG_STATE_HOME: folder, XDG_CONFIG_HOME: folder };
    const env = { ...process.env, ...dirs, DATABASE_URL: url };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { exit: status, stdout, stderr };
  };
  const json = <T>(url: string, ...words: string[]): T => {
    const { exit, stdout, stderr } = ran(url, [...words, '--json']);
    if (exit !== 0) throw new Error(`rehearse ${words.join(' ')} ended with ${exit}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  /** Asks for the status until it fits. */
  const until = (url: string, fits: (archive: Archive) => boolean): Archive => {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const { archive } = json<Up>(url, 'status');
      if (archive !== null && fits(archive)) return archive;
      if (performance.now() > deadline) throw new Error(`the archive did not come so far: ${JSON.stringify(archive)}`);
    }
  };
  const hasCaughtUp = ({ state, lag, archivedSeq }: Archive): boolean => state === 'up' && lag === 0 && archivedSeq > 0;
  const archivedLines = async (url: string, run: string, dir: string): Promise<string> => {
    const store = await openArchive({ databaseUrl: url, dir });
    const log = await store.openLog({ run, stream: 'small_LOG_1' });
    const lines = (await log.read(1, 100_000)).map(({ bytes }) => `${Buffer.from(bytes).toString()}\n`);
    await store.close();
    return lines.join('');
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearsal-archive-'));
    writeFileSync(join(folder, 'small.fabric.yaml'), FABRIC);
    server = await PostgresServer.start();
  }, 120_000);
  afterAll(async () => {
    ran('', ['down', '--force']);
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('keeps its log on a server, through the death of the archive and the loss of the log itself', async () => {
    const { url } = server;
    const up = json<Up>(url, 'up');
    expect(up.archive).toBe(null);
    expect(ran(url, ['archive', 'rebuild'])).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/not archived.*rehearse up --archive/s),
    });
    ran(url, ['down']);

    const archived = json<Up>(url, 'up', '--archive');
    const first = until(url, hasCaughtUp);
    expect(first.store).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/postgres$/);
    expect(ran(url, ['status']).stdout).toMatch(/^archive up: \d+ of \d+ commits \(PostgreSQL at /m);
    process.kill(first.pid!, 'SIGKILL');
    const second = until(url, (archive) => archive.pid !== first.pid && hasCaughtUp(archive));
    expect(second.archivedSeq).toBeGreaterThanOrEqual(first.archivedSeq);

    expect(ran(url, ['archive', 'rebuild'])).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/bus runs.*rehearse fault bus-kill bus/s),
    });
    expect(ran(url, ['fault', 'bus-kill', 'bus']).exit).toBe(0);
    rmSync(join(archived.folder, 'live', 'bus', 'store'), { recursive: true });
    const rebuilt = json<{ commits: number; kept: string | null }>(url, 'archive', 'rebuild');
    expect(rebuilt).toMatchObject({ kept: null });
    expect(rebuilt.commits).toBeGreaterThanOrEqual(second.archivedSeq);
    expect(ran(url, ['fault', 'bus-start', 'bus']).exit).toBe(0);
    until(url, hasCaughtUp);
    const { commits } = json<{ commits: number }>(url, 'down');

    const log = readFileSync(join(archived.folder, 'log.jsonl'), 'utf8');
    expect(log.split('\n').length - 1).toBe(commits);
    kept = archived;
    const lines = await archivedLines(url, archived.run, '');
    // What processes decide while they are stopped comes after the end of the run.
    expect(lines.slice(0, log.length)).toBe(log);
    expect(ran(url, ['verify', archived.folder])).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/the log holds/),
    });
  }, 240_000);

  it('is verified as the archive has it, and what was altered there is named', async () => {
    const { url } = server;
    const client = await server.client();
    const where = `log_id = (SELECT log_id FROM archive.logs WHERE run = '${kept.run}')`;
    await client.query('ALTER TABLE archive.commits DISABLE TRIGGER refuse_change');
    const seq7 = (await client.query(`SELECT stream, version FROM archive.commits WHERE ${where} AND seq = 7`)).rows[0];
    /** What verify says after something was done to the archive, which is undone. */
    const after = async (...sql: readonly string[]): Promise<{ exit: number | null; stdout: string }> => {
      await client.query('CREATE TABLE before AS SELECT * FROM archive.commits');
      for (const statement of sql) await client.query(statement);
      const { exit, stdout } = ran(url, ['verify', kept.folder, '--archive']);
      await client.query(`DELETE FROM archive.commits WHERE ${where}`);
      await client.query(
        `INSERT INTO archive.commits (log_id, seq, subject, version, message_id, headers, bytes, commit, stored_ns)
         SELECT log_id, seq, subject, version, message_id, headers, bytes, commit, stored_ns FROM before WHERE ${where}`,
      );
      await client.query('DROP TABLE before');
      return { exit, stdout };
    };
    expect(await after()).toMatchObject({ exit: 0, stdout: expect.stringContaining('the log holds') });
    const place = `${seq7.stream}:${seq7.version} (line 7)`;
    const changed = await after(
      `UPDATE archive.commits SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"build":"', '"build":"0'), 'UTF8')
       WHERE ${where} AND seq = 7`,
    );
    expect(changed.exit).toBe(1);
    expect(changed.stdout).toContain(`\n${place}: hash: expected `);
    const removed = await after(`DELETE FROM archive.commits WHERE ${where} AND seq = 7`);
    expect(removed.exit).toBe(1);
    expect(removed.stdout).toContain('\nsequence 7 is missing in the archive\n');
    const swapped = await after(
      `UPDATE archive.commits c SET bytes = b.bytes FROM before b
       WHERE c.${where} AND b.log_id = c.log_id AND c.seq IN (7, 8) AND b.seq = 15 - c.seq`,
    );
    expect(swapped.exit).toBe(1);
    expect(swapped.stdout).toMatch(/\(line [78]\): (version|order|cause)/);
    const cut = await after(`DELETE FROM archive.commits WHERE ${where} AND seq > 10`);
    expect(cut.exit).toBe(1);
    expect(cut.stdout).toMatch(/\nsequences 11 to \d+ are missing in the archive\n/);
    await client.end();
    expect(ran('', ['verify', kept.folder, '--archive'])).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(/has no archive in its folder/),
    });
  }, 240_000);

  it('keeps it in the folder of the run where no server is named', async () => {
    const up = json<Up>('', 'up', '--archive', '--quiet');
    ran('', ['down']);
    const lines = await archivedLines('', up.run, join(up.folder, 'archive'));
    const log = readFileSync(join(up.folder, 'log.jsonl'), 'utf8');
    expect(lines.slice(0, log.length)).toBe(log);
    expect(ran('', ['verify', up.folder, '--archive'])).toMatchObject({ exit: 0 });
  }, 240_000);
});

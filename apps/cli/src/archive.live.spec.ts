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

const EXPERIMENT = `title: small
description: nothing happens
method: []
extensions:
  - name: rehearsal
    fabric: small.fabric.yaml
    traffic: {connections: 20, packetsPerSec: 200, durationMs: 500}
`;

interface Run {
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly folder: string;
  readonly log: { readonly commits: number };
  readonly archive: {
    readonly store: string;
    readonly commits: number;
    readonly lag: number;
    readonly treeSize: number;
    readonly root: string;
    readonly checkpoint: string;
    readonly verifierKey: string;
  };
}

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
    writeFileSync(join(folder, 'small.yaml'), EXPERIMENT);
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
    // Of one stream, so that what each says of itself does not fit its place.
    const { rows: pairs } = await client.query(
      `SELECT a.seq::int FROM archive.commits a JOIN archive.commits b ON b.log_id = a.log_id AND b.seq = a.seq + 1
       AND b.stream = a.stream WHERE a.${where} ORDER BY a.seq LIMIT 1`,
    );
    const one = Number(pairs[0].seq);
    const swapped = await after(
      `UPDATE archive.commits c SET bytes = b.bytes FROM before b
       WHERE c.${where} AND b.log_id = c.log_id AND c.seq IN (${one}, ${one + 1}) AND b.seq = ${2 * one + 1} - c.seq`,
    );
    expect(swapped.exit).toBe(1);
    expect(swapped.stdout).toMatch(new RegExp(`\\(line (${one}|${one + 1})\\): version`));
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

  it('has after a run every decision of it, under a checkpoint that can be checked without it', async () => {
    const onServer = json<Run>(server.url, 'run', 'small.yaml', '--live', '--archive');
    const inFolder = json<Run>('', 'run', 'small.yaml', '--live', '--archive');
    expect(onServer.archive.store).toMatch(/^PostgreSQL at /);
    expect(inFolder.archive.store).toBe(`PGlite in ${join(inFolder.folder, 'archive')}`);
    for (const { archive, reasons, log, folder: of } of [onServer, inFolder]) {
      expect(reasons.filter((reason) => reason.startsWith('archive: '))).toEqual([]);
      expect(archive).toMatchObject({ commits: log.commits, lag: 0, treeSize: log.commits });
      expect(archive.checkpoint.split('\n').slice(1, 3)).toEqual([String(archive.treeSize), archive.root]);
      const held = join(folder, 'held.txt');
      writeFileSync(held, archive.checkpoint);
      const verified = ran('', ['verify', of, '--checkpoint', held, '--key', archive.verifierKey]);
      expect(verified).toMatchObject({ exit: 0, stdout: expect.stringContaining('the log holds') });
    }
  }, 240_000);

  it('fails a run whose log it does not agree with', async () => {
    const store = await openArchive({ databaseUrl: server.url, dir: '' });
    await store.migrate();
    await store.close();
    const client = await server.client();
    await client.query(
      `CREATE FUNCTION bend() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN IF NEW.seq = 5 THEN NEW.bytes := NEW.bytes || ' '::bytea; END IF; RETURN NEW; END $$;
       CREATE TRIGGER bend BEFORE INSERT ON archive.commits FOR EACH ROW EXECUTE FUNCTION bend()`,
    );
    const { exit, stdout } = ran(server.url, ['run', 'small.yaml', '--live', '--archive', '--json']);
    await client.query('DROP FUNCTION bend CASCADE');
    await client.end();
    expect(exit).toBe(1);
    const { verdict, reasons } = JSON.parse(stdout) as Run;
    expect(verdict).toBe('fail');
    expect(reasons).toContain('archive: commit 1:5 is another one in the archive than in the log');
  }, 240_000);
});

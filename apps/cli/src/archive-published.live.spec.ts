import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from '@rehearsal/archive/testing';
import { MockBroker, readTopic } from '@rehearsal/outlet/testing';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

const FABRIC = `fabric: small
profile: lossless
securityGroups: {SG1: {members: 2}}
traffic: {connections: 60, packetsPerSec: 300}
`;

interface Archive {
  readonly pid: number | null;
  readonly archivedSeq: number;
  readonly lag: number;
  readonly outlet: { readonly state: string; readonly lag: number } | null;
  readonly checkpoints: { readonly state: string; readonly commits: number; readonly reason?: string } | null;
}
interface Up {
  readonly run: string;
  readonly folder: string;
  readonly archive: Archive | null;
}

describe('a fabric whose archive is published', () => {
  let folder: string;
  let server: PostgresServer;
  let broker: MockBroker;
  let env: NodeJS.ProcessEnv;
  const ran = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { exit: status, stdout, stderr };
  };
  const json = <T>(...words: string[]): T => {
    const { exit, stdout, stderr } = ran(...words, '--json');
    if (exit !== 0) throw new Error(`rehearse ${words.join(' ')} ended with ${exit}: ${stderr}`);
    return JSON.parse(stdout) as T;
  };
  /** Asks for the status until it fits. */
  const until = (fits: (archive: Archive) => boolean): Archive => {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const { archive } = json<Up>('status');
      if (archive !== null && fits(archive)) return archive;
      if (performance.now() > deadline) throw new Error(`the archive did not come so far: ${JSON.stringify(archive)}`);
    }
  };
  const allIsSigned = ({ lag, archivedSeq, outlet, checkpoints }: Archive): boolean =>
    archivedSeq > 0 && lag === 0 && outlet?.lag === 0 && checkpoints?.commits === archivedSeq;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'rehearsal-published-')));
    writeFileSync(join(folder, 'small.fabric.yaml'), FABRIC);
    server = await PostgresServer.start();
    broker = await MockBroker.start();
    env = {
      ...process.env,
      XDG_RUNTIME_DIR: folder,
      XDG_STATE_HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      DATABASE_URL: server.url,
      KAFKA_BROKERS: broker.address,
      REHEARSE_CHECKPOINT_SECONDS: '1',
    };
  }, 120_000);
  afterAll(async () => {
    ran('down', '--force');
    await broker.kill();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('does not come up with what its archive could not use', () => {
    const fails = (name: string, value: string, words: RegExp): void => {
      const kept = env;
      env = { ...env, [name]: value };
      expect(ran('up', '--archive')).toMatchObject({ exit: 2, stderr: expect.stringMatching(words) });
      env = kept;
    };
    fails('KAFKA_BROKERS', 'one', /KAFKA_BROKERS: expected brokers as host:port/);
    fails('REHEARSE_CHECKPOINT_SECONDS', '0', /REHEARSE_CHECKPOINT_SECONDS: expected whole seconds from 1 on, saw "0"/);
    writeFileSync(join(folder, 'run.json'), '{}');
    fails('REHEARSE_AUDIT_KEY', join(folder, 'audit.key'), /lies in the folder of a run/);
    rmSync(join(folder, 'run.json'));
  }, 120_000);

  it('has checkpoints that later show whether log and archive are what they were', async () => {
    const { folder: run, run: id } = json<Up>('up', '--archive');
    const unsigned = until(({ checkpoints }) => checkpoints !== null && checkpoints.state !== 'opening');
    expect(unsigned.checkpoints).toMatchObject({ state: 'unsigned', commits: 0 });
    expect(ran('status').stdout).toMatch(
      /^checkpoints: none is made: there is no key at .*; make one: rehearse audit key$/m,
    );
    const { verifierKeyFile, checkpoints: file } = json<{ verifierKeyFile: string; checkpoints: string }>(
      'audit',
      'key',
    );
    const first = until(allIsSigned);
    expect(ran('status').stdout).toMatch(
      /^outlet up: (\d+) of \1 commits published \(Kafka at .*\)\ncheckpoints: \1 commits signed by rehearsal\+\w+ in .*, again every 1 s where there are more\noutlet up: \1 of \1 /m,
    );
    const held = join(folder, 'held.txt');
    copyFileSync(file, held);

    process.kill(first.pid!, 'SIGKILL');
    expect(ran('fault', 'panic', '1_01').exit).toBe(0);
    until((archive) => archive.pid !== first.pid && archive.archivedSeq > first.archivedSeq && allIsSigned(archive));
    const { commits } = json<{ commits: number }>('down');

    const key = ['--key', verifierKeyFile];
    const verified = ran('verify', run, '--checkpoint', file, ...key);
    expect(verified).toMatchObject({ exit: 0, stdout: expect.stringMatching(/the log holds/) });
    // What was decided up to the end of the run, and nothing after it, is signed.
    expect(verified.stdout).not.toMatch(/cover the first/);
    expect(ran('verify', run, '--archive', '--checkpoint', file, ...key).exit).toBe(0);
    const grown = ran('audit', 'consistent', held, file, ...key);
    expect(grown).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining(`to the checkpoint of ${commits} commits`),
    });
    const bundle = join(folder, 'bundle.json');
    const { exit } = ran('audit', 'prove', run, '1:2', '--checkpoint', file, '--since', held, '--out', bundle);
    expect(exit).toBe(0);
    expect(json('audit', 'check', bundle, ...key, '--since', held)).toMatchObject({ kind: 'unaltered' });

    // Whoever has only what Kafka was given can check the same.
    const published = await readTopic(broker.address, 'rehearsal.checkpoints');
    const fromKafka = join(folder, 'kafka.txt');
    writeFileSync(fromKafka, published.map(({ body }) => body).join('\n'));
    expect(ran('verify', run, '--checkpoint', fromKafka, ...key).exit).toBe(0);
    expect(new Set(published.map(({ body }) => body)).size).toBe(readFileSync(file, 'utf8').split('— ').length - 1);
    const exported = ran('export', run, '--format', 'cloudevents').stdout.split('\n').slice(0, -1);
    const events = await readTopic(broker.address, 'rehearsal.commits');
    const bodies = [...new Map(events.map(({ key: name, body }) => [name, body])).values()];
    expect(bodies.slice(0, exported.length)).toEqual(exported);
    expect(events[0]!.key).toBe(`${id}/small_LOG_1/1`);

    const client = await server.client();
    await client.query('ALTER TABLE archive.commits DISABLE TRIGGER refuse_change');
    await client.query(
      `UPDATE archive.commits SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '"build":"', '"build":"0'), 'UTF8')
       WHERE seq = 2`,
    );
    await client.end();
    const altered = ran('verify', run, '--archive', '--checkpoint', held, ...key);
    expect(altered.exit).toBe(1);
    expect(altered.stdout).toMatch(
      /\ncheckpoint of \d+ commits: root: expected root .* over the first \d+ commits of site 1/,
    );
  }, 240_000);

  it('is published afterwards where no broker was there meanwhile', async () => {
    const whole = env;
    env = { ...whole, KAFKA_BROKERS: '127.0.0.1:1', KAFKA_TOPIC: 'later', DATABASE_URL: '' };
    const { folder: run } = json<Up>('up', '--archive', '--quiet');
    const { archivedSeq } = until(
      ({ lag, archivedSeq: seq, outlet }) => seq > 0 && lag === 0 && outlet?.state === 'away' && outlet.lag === seq,
    );
    expect(ran('status').stdout).toMatch(
      /^outlet away: 0 of (\d+) commits published, \1 behind \(Kafka at .*ECONNREFUSED/m,
    );
    expect(ran('down').stderr).toMatch(
      /\d+ commits are archived and not published \(Kafka at 127\.0\.0\.1:1, topic later\)/,
    );
    expect(ran('archive', 'publish', run)).toMatchObject({
      exit: 3,
      stderr: expect.stringMatching(
        /topic later has 0 of \d+ commits: .*ECONNREFUSED.*The others stay in the archive/s,
      ),
    });
    env = { ...whole, KAFKA_TOPIC: 'later', DATABASE_URL: '' };
    const done = json<{ commits: { published: number }; checkpoints: { covered: number } }>('archive', 'publish', run);
    expect(done.commits.published).toBeGreaterThanOrEqual(archivedSeq);
    expect(ran('archive', 'publish', run)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(
        /^\d+ commits are published \(Kafka .*\ncheckpoints of up to \d+ commits are published/,
      ),
    });
    env = whole;
    const exported = ran('export', run, '--format', 'cloudevents').stdout.split('\n').slice(0, -1);
    expect(done.checkpoints.covered).toBe(exported.length);
    const events = await readTopic(broker.address, 'later');
    expect(events.length).toBe(done.commits.published);
    expect(events.slice(0, exported.length).map(({ body }) => body)).toEqual(exported);
  }, 240_000);
});

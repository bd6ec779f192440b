import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WRONG_FILES } from './testing/wrong-files.js';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

interface Said {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('surroundings that are not as they should be', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const rehearse = (words: readonly string[], more: NodeJS.ProcessEnv = {}): Said => {
    const options = { cwd: folder, env: { ...env, ...more }, encoding: 'utf8', timeout: 120_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], options);
    return { exit: status, stdout, stderr };
  };
  /** A folder with this as its nats-server, and nothing else on the PATH. */
  const withServer = (name: string, script: string): NodeJS.ProcessEnv => {
    const bin = join(folder, name);
    mkdirSync(bin);
    if (script !== '') {
      writeFileSync(join(bin, 'nats-server'), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, 'nats-server'), 0o755);
    }
    return { PATH: bin };
  };
  const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)!;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wrong-surroundings-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    mkdirSync(join(folder, 'fabrics'));
    for (const name of ['good.yaml', 'fabrics/good.fabric.yaml']) {
      writeFileSync(join(folder, name), WRONG_FILES[name]!);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ['none', '', /^rehearse: The bus does not start: nats-server cannot be run: install nats-server 2\.9\.10 or newer/],
    ['old', 'echo "nats-server: v2.8.4"', /^rehearse: The bus does not start: nats-server 2\.8\.4 is too old: install/],
    [
      'port-taken',
      '[ "$1" = --version ] && echo "nats-server: v2.10.0" || { echo "[1] 2026/01/01 00:00:00 [FTL] listen tcp 127.0.0.1:4222: bind: address already in use" >&2; exit 1; }',
      /^rehearse: The bus does not start: nats-server ended while starting \(1\): .*address already in use/,
    ],
  ])(
    'a bus server that is %s is said in a line, and nothing is left of the fabric',
    (name, script, says) => {
      const said = rehearse(['up', 'fabrics/good.fabric.yaml', '--runs', `runs-${name}`], withServer(name, script));
      expect([said.exit, said.stdout]).toEqual([3, '']);
      expect(lastLine(said.stderr)).toMatch(says);
      expect(said.stderr).not.toMatch(/^ +at /m);
      expect(readdirSync(join(folder, 'state', 'rehearsal', 'labs'))).toEqual([]);
      expect(rehearse(['status']).stderr).toBe('rehearse: No fabric runs now. Start one: rehearse up.\n');
    },
    60_000,
  );

  it('a disk that is full is said with the place, and leaves no run', () => {
    expect(rehearse(['run', 'good.yaml', '--runs', 'runs']).stderr).not.toMatch(/disk/);
    const run = readdirSync(join(folder, 'runs')).find((name) => name.startsWith('good-'))!;
    const path = join(folder, 'runs', run);
    rmSync(path, { recursive: true });
    // A folder of a live run is written into as it is.
    mkdirSync(join(path, 'live'), { recursive: true });
    symlinkSync('/dev/full', join(path, 'log.jsonl'));
    const said = rehearse(['run', 'good.yaml', '--runs', 'runs']);
    expect([said.exit, said.stdout]).toEqual([3, '']);
    expect(lastLine(said.stderr.replace(/\nagain: .*/, ''))).toBe(
      `rehearse: runs/${run}/log.jsonl: The disk is full (ENOSPC). Free some space, or name another folder with --runs.`,
    );
    expect(rehearse(['verify', run]).stderr).toMatch(/There is no run/);
  }, 120_000);

  it('a reader that has read enough is no failure', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${main}" settings | head -1`], { cwd: folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (part) => (out += String(part)));
    child.stderr.on('data', (part) => (err += String(part)));
    const code = await new Promise((done) => child.once('close', done));
    expect([code, out.split('\n').length, err]).toEqual([0, 2, '']);
  });
});

describe('a fabric whose process is not what it was', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let server: Server;
  const labs = (): string => join(folder, 'state', 'rehearsal', 'labs');
  const write = (name: string, fields: object): void => {
    const entry = { name, fabric: name, run: 'r', folder: join(folder, 'runs', 'r'), startedAtMs: 1, token: 't' };
    writeFileSync(join(labs(), `${name}.json`), JSON.stringify({ ...entry, standing: true, mark: null, ...fields }));
  };
  const status = (): Promise<Said> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [main, 'status'], { cwd: folder, env });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (part) => (stdout += String(part)));
      child.stderr.on('data', (part) => (stderr += String(part)));
      child.once('close', (exit) => done({ exit, stdout, stderr }));
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wrong-process-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    mkdirSync(labs(), { recursive: true });
    server = createServer(() => {});
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const port = (): number => (server.address() as { port: number }).port;

  it('is said to be silent where it hears and does not answer', async () => {
    write('silent', { pid: process.pid, port: port() });
    expect(await status()).toEqual({
      exit: 3,
      stdout: '',
      stderr: 'rehearse: Fabric silent does not answer. Take it down: rehearse down --force --name silent.\n',
    });
    rmSync(join(labs(), 'silent.json'));
  }, 30_000);

  it('is taken away where its process is gone, or is another one by now', async () => {
    write('gone', { pid: 2 ** 22 + 1, port: 1 });
    write('other', { pid: process.pid, port: port(), mark: 'another boot 17' });
    const said = await status();
    expect(said.exit).toBe(3);
    expect(said.stderr.split('\n').sort()).toEqual([
      '',
      'rehearse: No fabric runs now. Start one: rehearse up.',
      `rehearse: fabric gone was left by its process (4194305), which is gone: nothing of it ran any more; its run has no seal and is kept: ${join(folder, 'runs', 'r')}`,
      `rehearse: fabric other was left by its process (${process.pid}), which is gone: nothing of it ran any more; its run has no seal and is kept: ${join(folder, 'runs', 'r')}`,
    ]);
    expect(readdirSync(labs())).toEqual([]);
  }, 30_000);
});

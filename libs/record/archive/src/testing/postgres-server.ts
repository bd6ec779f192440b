import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';

const INSTALL = 'apt-get install -y --no-install-recommends postgresql';
/** PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 };
const USER = 'rehearsal';
const START_WITHIN_MS = 60_000;
const READY = 'database system is ready to accept connections';

/** A PostgreSQL server in a folder of its own, on a free port of loopback; ends with the process that started it. */
export class PostgresServer {
  readonly #bin: string;
  readonly #dir: string;
  readonly #port: number;
  readonly #settings: readonly string[];
  #child: ChildProcess | undefined;

  /**
   * @param settings `name=value`, as in postgresql.conf
   * @throws Error with the command that installs it where it is not installed
   */
  static async start(settings: readonly string[] = []): Promise<PostgresServer> {
    const bin = binDir();
    const dir = mkdtempSync(join(tmpdir(), 'rehearsal-postgres-'));
    if (isRoot()) execFileSync('chown', [`${NOBODY.uid}:${NOBODY.gid}`, dir]);
    else chmodSync(dir, 0o700);
    const data = ['-D', join(dir, 'data'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const { command, args } = unprivileged(join(bin, 'initdb'), data);
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: dir });
    const server = new PostgresServer(bin, dir, await freePort(), settings);
    await server.startAgain();
    return server;
  }

  private constructor(bin: string, dir: string, port: number, settings: readonly string[]) {
    this.#bin = bin;
    this.#dir = dir;
    this.#port = port;
    this.#settings = settings;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.#port}/postgres`;
  }

  async startAgain(): Promise<void> {
    const own = ['-D', join(this.#dir, 'data'), '-h', '127.0.0.1', '-p', String(this.#port), '-k', ''];
    const settings = this.#settings.flatMap((setting) => ['-c', setting]);
    const { command, args } = unprivileged(join(this.#bin, 'postgres'), [...own, ...settings]);
    const child = spawn(command, args, { cwd: this.#dir, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const timer = setTimeout(() => reject(new Error(`PostgreSQL did not start:\n${said}`)), START_WITHIN_MS);
      child.stderr.on('data', (chunk) => {
        said = `${said}${String(chunk)}`.slice(-10_000);
        if (!said.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`PostgreSQL ended at its start (${signal ?? code}):\n${said}`));
      });
    });
  }

  /** Ends it as an administrator would, without waiting for clients. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** Kills it with all its helpers (SIGKILL), as a crash of the machine would. */
  async kill(): Promise<void> {
    const pid = this.#child?.pid;
    const helpers = pid === undefined ? [] : childrenOf(pid);
    await this.#end('SIGKILL');
    for (const helper of helpers) killQuietly(helper);
    await until(() => !helpers.some((helper) => existsSync(`/proc/${helper}`)));
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** A client of its own, for whoever wants to do to the tables what the archive would not. */
  async client(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  async #end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It saw its parent's death first.
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function unprivileged(command: string, args: readonly string[]): { command: string; args: string[] } {
  const dying = ['--pdeathsig', 'KILL', command, ...args];
  if (!isRoot()) return { command: 'setpriv', args: dying };
  return { command: 'setpriv', args: [`--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, '--clear-groups', ...dying] };
}

/** Where the newest installed server has its programs. */
function binDir(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).filter((v) => /^\d+$/.test(v)) : [];
  const dirs = versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin'));
  const found = [...dirs, ...(process.env['PATH'] ?? '').split(':')].find((dir) => existsSync(join(dir, 'initdb')));
  if (found !== undefined) return found;
  throw new Error(`PostgreSQL's server is not installed, and this test needs a real one: run  ${INSTALL}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + START_WITHIN_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('PostgreSQL did not end');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { ApiError, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { flowStreamName, grantsFor, logStreamName } from '@rehearsal/protocol';
import { createCredential, readSeed } from './credentials.js';
import type { Credential } from './credentials.js';
import { dieWithParent } from './die-with-parent.js';
import { nkeyUser } from './nkey.js';
import { permissionsFor } from './permissions.js';
import type { Permissions } from './permissions.js';
import { ADMIN_INBOX, flowStreamConfig, logStreamConfig, serverConfig, streamFolder } from './server-config.js';
import type { BusUser } from './server-config.js';
import { serverRefusal } from './server-version.js';

export interface NatsServerOptions {
  /** Holds configuration, keys, log and store; made when absent. */
  readonly dir: string;
  readonly fabric: string;
  readonly site: number;
  /** Every process that may connect, with the rights its role has. */
  readonly users: readonly BusUser[];
  /** Size of the site's log. */
  readonly logMaxBytes: number;
  /** Size of the stream of flow records; without it there is none. */
  readonly flowMaxBytes?: number | undefined;
  /** What a user may do; by default what the subject map grants its role. */
  readonly permissions?: (user: BusUser) => Permissions;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default `nats-server`, found on the PATH. */
  readonly binary?: string;
  /** Default 10 000; reading a large log back takes a while. */
  readonly startTimeoutMs?: number;
  /** Called when the server ends without having been told to; `startAgain` brings it back. */
  readonly onUnexpectedEnd?: (code: number | null, signal: string | null) => void;
}

/** One nats-server of our own: a site's bus and its log. */
export class NatsServer {
  readonly version: string;
  readonly #options: NatsServerOptions;
  readonly #credentials = new Map<string, Credential>();
  readonly #admin: Credential;
  readonly #binary: string;
  #child: ChildProcess | undefined;
  #isEnding = false;
  #port = -1;

  /** Starts the server and makes the streams it keeps. Throws when it is missing, too old, or does not come up. */
  static async start(options: NatsServerOptions): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.#launch();
    try {
      await server.#makeStreams();
    } catch (error) {
      await server.kill();
      throw error;
    }
    return server;
  }

  private constructor(options: NatsServerOptions) {
    this.#options = options;
    this.#binary = options.binary ?? 'nats-server';
    this.version = installedVersion(this.#binary);
    const keys = join(options.dir, 'keys');
    this.#admin = createCredential(keys, 'admin');
    for (const { role, id } of options.users) {
      this.#credentials.set(`${role} ${id}`, createCredential(keys, `${role}-${id}`));
    }
  }

  get url(): string {
    return `nats://${this.#options.host ?? '127.0.0.1'}:${this.#port}`;
  }

  /** Process id; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The file with the key of one of the users named at the start. */
  seedFile(role: BusUser['role'], id: string): string {
    const credential = this.#credentials.get(`${role} ${id}`);
    if (!credential) throw new Error(`the bus knows no user ${role} ${id}: name it in users`);
    return credential.seedFile;
  }

  /** Ends the server as an operator would; acknowledged commits are on disk. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Kills the server (SIGKILL); acknowledged commits survive. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again at the same address with the same log and users, after `stop` or `kill`. */
  async startAgain(): Promise<void> {
    if (this.#child) throw new Error('the bus server runs: stop or kill it first');
    const { dir, fabric, site } = this.#options;
    const hasFlows = existsSync(streamFolder(join(dir, 'store'), flowStreamName(fabric, site)));
    await this.#launch();
    // Whoever restored the log need not have found it.
    if (!hasFlows && this.#options.flowMaxBytes !== undefined)
      await this.#asAdmin((connection) => this.#makeFlows(connection));
  }

  /** Stops it in its tracks (SIGSTOP): its sockets stay open and nothing is answered. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Leaves the log so much room above what it holds; null gives it back its size. Throws while the server is down. */
  async limitLog(roomBytes: number | null): Promise<void> {
    const { fabric, site, logMaxBytes } = this.#options;
    const name = logStreamName(fabric, site);
    await this.#asAdmin(async (connection) => {
      const update = (config: Partial<StreamConfig>): Promise<unknown> =>
        askJs(connection, `$JS.API.STREAM.UPDATE.${name}`, config);
      let maxBytes = logMaxBytes;
      if (roomBytes !== null) {
        // A stream above its limit drops its first messages: nothing may be stored between the look and the limit.
        await update({ ...logStreamConfig(fabric, site, logMaxBytes), max_msg_size: 1 });
        const info = await askJs<StreamInfo>(connection, `$JS.API.STREAM.INFO.${name}`, {});
        maxBytes = info.state.bytes + roomBytes;
      }
      await update(logStreamConfig(fabric, site, maxBytes));
    });
  }

  async #launch(): Promise<void> {
    const { dir, fabric, site, users } = this.#options;
    const granted = ({ role, id }: BusUser): Permissions => permissionsFor(grantsFor(role, id, site, fabric));
    const permissions = this.#options.permissions ?? granted;
    const host = this.#options.host ?? '127.0.0.1';
    const portsDir = join(dir, 'ports');
    const logFile = join(dir, 'nats-server.log');
    const configFile = join(dir, 'nats-server.json');
    rmSync(portsDir, { recursive: true, force: true });
    mkdirSync(portsDir, { recursive: true });
    const text = serverConfig({
      fabric,
      site,
      host,
      port: this.#port,
      portsDir,
      storeDir: join(dir, 'store'),
      logFile,
      users: users.map((user) => ({
        publicKey: (this.#credentials.get(`${user.role} ${user.id}`) as Credential).publicKey,
        permissions: permissions(user),
      })),
      adminPublicKey: this.#admin.publicKey,
    });
    writeFileSync(configFile, text, { mode: 0o600 });
    const watcher = watch(portsDir);
    const { command, args } = dieWithParent(this.#binary, ['-c', configFile]);
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    try {
      this.#port = await portWhenReady(child, watcher, portsDir, logFile, this.#options.startTimeoutMs ?? 10_000);
    } catch (error) {
      await this.kill();
      throw error;
    } finally {
      watcher.close();
    }
    const ended = (code: number | null, signal: string | null): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (!this.#isEnding) this.#options.onUnexpectedEnd?.(code, signal);
    };
    child.once('exit', ended);
    // It may have ended before anybody listened for that.
    if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
  }

  async #makeStreams(): Promise<void> {
    const { fabric, site, logMaxBytes } = this.#options;
    await this.#asAdmin(async (connection) => {
      const { version, cluster } = connection.info ?? { version: 'unknown' };
      const refusal = serverRefusal(cluster === undefined ? { version } : { version, cluster });
      if (refusal !== undefined) throw new Error(refusal);
      const config = logStreamConfig(fabric, site, logMaxBytes);
      await askJs(connection, `$JS.API.STREAM.CREATE.${logStreamName(fabric, site)}`, config);
      await this.#makeFlows(connection);
    });
  }

  async #makeFlows(connection: NatsConnection): Promise<void> {
    const { fabric, site, flowMaxBytes } = this.#options;
    if (flowMaxBytes === undefined) return;
    const flows = flowStreamConfig(fabric, site, flowMaxBytes);
    await askJs(connection, `$JS.API.STREAM.CREATE.${flowStreamName(fabric, site)}`, flows);
  }

  async #asAdmin(work: (connection: NatsConnection) => Promise<void>): Promise<void> {
    const connection = await connect({
      servers: [this.url],
      authenticator: nkeyUser(readSeed(this.#admin.seedFile)),
      inboxPrefix: ADMIN_INBOX,
      reconnect: false,
    });
    try {
      await work(connection);
    } finally {
      await connection.close();
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone =
      child.exitCode !== null || child.signalCode !== null
        ? Promise.resolve()
        : new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#isEnding = true;
    child.kill(signal);
    await gone;
    this.#isEnding = false;
    this.#child = undefined;
  }
}

/** Asks the log server. @throws Error with what it said */
async function askJs<T>(connection: NatsConnection, subject: string, body: unknown): Promise<T> {
  const reply = await connection.request(subject, JSON.stringify(body), { timeout: 5_000 });
  const answer = reply.json<T & { error?: ApiError }>();
  if (answer.error === undefined) return answer;
  throw new Error(`${subject} was refused: ${answer.error.description} (${answer.error.err_code})`);
}

/** Version of the installed server; throws with what to install when there is none or it is too old. */
function installedVersion(binary: string): string {
  let text: string;
  try {
    text = execFileSync(binary, ['--version'], { encoding: 'utf8' });
  } catch (cause) {
    throw new Error(`${binary} cannot be run: install nats-server 2.9.10 or newer (Debian: apt install nats-server)`, {
      cause,
    });
  }
  const version = /v(\d+\.\d+\.\d+\S*)/.exec(text)?.[1] ?? text.trim();
  const refusal = serverRefusal({ version });
  if (refusal !== undefined) throw new Error(refusal);
  return version;
}

/** The client port, from the file the server writes once it takes connections. */
function portWhenReady(
  child: ChildProcess,
  watcher: ReturnType<typeof watch>,
  portsDir: string,
  logFile: string,
  timeoutMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    const settle = (): void => {
      clearTimeout(timer);
      watcher.removeAllListeners();
      child.removeAllListeners('exit');
      child.removeAllListeners('error');
    };
    const fail = (what: string): void => {
      settle();
      const log = existsSync(logFile) ? readFileSync(logFile, 'utf8').split('\n').slice(-6).join('\n') : '';
      reject(new Error(`nats-server ${what}\n${stderr}${log}`.trimEnd()));
    };
    const look = (): void => {
      const port = child.pid === undefined ? undefined : readPort(portsDir, child.pid);
      if (port === undefined) return;
      settle();
      resolve(port);
    };
    const timer = setTimeout(() => fail(`did not become ready within ${timeoutMs} ms`), timeoutMs);
    child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
    child.once('error', (error) => fail(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => fail(`ended while starting (${signal ?? code})`));
    watcher.on('change', look);
    look();
  });
}

function readPort(portsDir: string, pid: number): number | undefined {
  try {
    const file = readdirSync(portsDir).find((name) => name.endsWith(`_${pid}.ports`));
    if (file === undefined) return undefined;
    const ports = JSON.parse(readFileSync(join(portsDir, file), 'utf8')) as { nats?: string[] };
    const url = ports.nats?.[0];
    return url === undefined ? undefined : Number(new URL(url).port);
  } catch {
    return undefined; // Not there yet, or half written: the next change of the folder says more.
  }
}

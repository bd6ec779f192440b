import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, headers, Match } from '@nats-io/transport-node';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { ApiError, PubAck } from '@nats-io/jetstream';
import { flowStreamName, grantsFor, logPrefix, logStreamName } from '@rehearsal/protocol';
import { readSeed } from './credentials.js';
import { LiveRuntime } from './live-runtime.js';
import type { StoredMessage } from './log-feed.js';
import { NatsServer } from './nats-server.js';
import { nkeyUser } from './nkey.js';
import { permissionsFor } from './permissions.js';
import type { RawLog } from './raw-log.js';
import { streamFolder } from './server-config.js';

export interface RestoreOptions {
  /** The folder of the bus whose log was lost: what `NatsServer` was started with. */
  readonly dir: string;
  readonly fabric: string;
  readonly site: number;
  readonly logMaxBytes: number;
}

const USER = { role: 'archive', id: 'restore' } as const;
const ACK_WITHIN_MS = 30_000;

/**
 * Writes a site's log anew, message by message as it was, with a server of its own in a folder of its own; only a whole
 * log takes the place of the one that was lost, which is kept beside it.
 */
export class LogRestorer {
  readonly #options: RestoreOptions;
  readonly #server: NatsServer;
  readonly #connection: NatsConnection;
  readonly #runtime: LiveRuntime;

  /** @throws Error while the bus of that folder runs */
  static async start(options: RestoreOptions): Promise<LogRestorer> {
    const { dir, fabric, site, logMaxBytes } = options;
    const pid = runningServer(dir);
    if (pid !== undefined) {
      throw new Error(`the bus of ${dir} runs (pid ${pid}): its log cannot be replaced under it; stop it first`);
    }
    const own = ownDir(dir);
    // What one that was killed left.
    rmSync(own, { recursive: true, force: true });
    const granted = permissionsFor(grantsFor(USER.role, USER.id, site, fabric));
    const allow = [...granted.publish.allow, `${logPrefix(fabric, site)}>`];
    const permissions = { ...granted, publish: { ...granted.publish, allow } };
    const server = await NatsServer.start({
      dir: own,
      fabric,
      site,
      users: [USER],
      logMaxBytes,
      permissions: () => permissions,
    });
    try {
      const nkeySeed = readSeed(server.seedFile(USER.role, USER.id));
      const runtime = await LiveRuntime.connect({
        self: { fabric, site, ...USER, incarnation: 1 },
        natsUrl: server.url,
        nkeySeed,
        fatal: () => undefined,
      });
      const { inboxPrefix } = grantsFor(USER.role, USER.id, site, fabric);
      const authenticator = nkeyUser(nkeySeed);
      const connection = await connect({ servers: [server.url], authenticator, inboxPrefix, reconnect: false });
      return new LogRestorer(options, server, connection, runtime);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  private constructor(options: RestoreOptions, server: NatsServer, connection: NatsConnection, runtime: LiveRuntime) {
    this.#options = options;
    this.#server = server;
    this.#connection = connection;
    this.#runtime = runtime;
  }

  /** The log as it was restored so far. */
  get rawLog(): RawLog {
    return this.#runtime.rawLog;
  }

  /** Adds messages in the order of the log. @throws Error when one does not get the sequence it had */
  async append(messages: readonly Omit<StoredMessage, 'storedNs'>[]): Promise<void> {
    // All on the way at once: one connection's messages are stored in the order they were sent.
    await Promise.all(messages.map((message) => this.#append(message)));
  }

  /** Puts the restored log in the place of the lost one; answers with where that is kept, if anything was left of it. */
  async finish(): Promise<string | undefined> {
    await this.#end();
    const { dir } = this.#options;
    const store = join(dir, 'store');
    let kept: string | undefined;
    if (existsSync(store)) {
      for (let n = 1; kept === undefined || existsSync(kept); n++) kept = `${store}.lost-${n}`;
      renameSync(store, kept);
    }
    renameSync(join(ownDir(dir), 'store'), store);
    // Flow records are nobody's proof: what is left of them is kept as it is.
    const flows = flowStreamName(this.#options.fabric, this.#options.site);
    const left = kept === undefined ? undefined : streamFolder(kept, flows);
    if (left !== undefined && existsSync(left)) renameSync(left, streamFolder(store, flows));
    rmSync(ownDir(dir), { recursive: true, force: true });
    return kept;
  }

  /** Leaves everything as it was. */
  async abort(): Promise<void> {
    await this.#end();
    rmSync(ownDir(this.#options.dir), { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    await this.#runtime.drain();
    await this.#connection.close();
    await this.#server.stop();
  }

  async #append({ seq, subject, headers: pairs, bytes }: Omit<StoredMessage, 'storedNs'>): Promise<void> {
    const reply = await this.#connection.request(subject, bytes, {
      timeout: ACK_WITHIN_MS,
      ...(pairs.length > 0 && { headers: headersFrom(pairs) }),
    });
    const answer = reply.json<Partial<PubAck> & { error?: ApiError }>();
    if (answer.seq === seq && answer.error === undefined && answer.duplicate !== true) return;
    const { fabric, site } = this.#options;
    const saw = answer.error === undefined ? `sequence ${answer.seq}` : answer.error.description;
    throw new Error(
      `message ${seq} of ${logStreamName(fabric, site)} could not be restored: expected ${seq}, saw ${saw}`,
    );
  }
}

function headersFrom(pairs: StoredMessage['headers']): MsgHdrs {
  const out = headers();
  for (const [name, value] of pairs) out.append(name, value, Match.Exact);
  return out;
}

function ownDir(dir: string): string {
  return join(dir, 'restoring');
}

/** The number of the server that runs in this folder; undefined where none does. */
function runningServer(dir: string): number | undefined {
  const ports = join(dir, 'ports');
  if (!existsSync(ports)) return undefined;
  // One that was killed leaves its file behind, and its number may be another's by now.
  return readdirSync(ports)
    .map((name) => Number(/_(\d+)\.ports$/.exec(name)?.[1]))
    .find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dir);
      } catch {
        return false;
      }
    });
}

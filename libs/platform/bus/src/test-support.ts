import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendOutcome, AppendRequest, CommitStore, ReadOutcome, Reply } from '@rehearsal/kernel';
import { grantsFor } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';
import { readSeed } from './credentials.js';
import { LiveRuntime } from './live-runtime.js';
import type { LiveRuntimeOptions } from './live-runtime.js';
import { NatsServer } from './nats-server.js';
import type { NatsServerOptions } from './nats-server.js';
import { nkeyUser } from './nkey.js';
import type { BusUser } from './server-config.js';

export const FABRIC = 'demo';
export const SITE = 1;

/** One user of each role, and a second orchestrator and member. */
export const USERS: readonly BusUser[] = [
  { role: 'orchestrator', id: '1_1' },
  { role: 'orchestrator', id: '1_2' },
  { role: 'member', id: '1_01' },
  { role: 'member', id: '1_02' },
  { role: 'sync', id: '1' },
  { role: 'outside-world', id: 'outside' },
  { role: 'archive', id: '1' },
  { role: 'lab', id: 'lab' },
];

/** A bus server in a folder of its own, and what was connected to it; all gone after `close`. */
export class TestBus {
  readonly server: NatsServer;
  readonly fatals: { user: string; code: string; fields: Readonly<Record<string, unknown>> }[] = [];
  readonly notes: { user: string; code: string }[] = [];
  readonly #dir: string;
  readonly #open: { drain(): Promise<void> }[] = [];

  static async start(options: Partial<NatsServerOptions> = {}): Promise<TestBus> {
    const dir = mkdtempSync(join(tmpdir(), 'rehearsal-bus-'));
    const server = await NatsServer.start({
      dir,
      fabric: FABRIC,
      site: SITE,
      users: USERS,
      logMaxBytes: 64 * 1024 * 1024,
      ...options,
    });
    return new TestBus(server, dir);
  }

  private constructor(server: NatsServer, dir: string) {
    this.server = server;
    this.#dir = dir;
  }

  async runtime(role: RoleName, id: string, more: Partial<LiveRuntimeOptions> = {}): Promise<LiveRuntime> {
    const user = `${role} ${id}`;
    const runtime = await LiveRuntime.connect({
      self: { fabric: FABRIC, site: SITE, role, id, incarnation: 1 },
      natsUrl: this.server.url,
      nkeySeed: readSeed(this.server.seedFile(role, id)),
      note: (_level, code) => this.notes.push({ user, code }),
      fatal: (code, fields) => this.fatals.push({ user, code, fields }),
      ...more,
    });
    this.#open.push(runtime);
    return runtime;
  }

  /** The client library's own connection with a role's key. */
  async raw(role: RoleName, id: string): Promise<NatsConnection> {
    const connection = await connect({
      servers: [this.server.url],
      authenticator: nkeyUser(readSeed(this.server.seedFile(role, id))),
      inboxPrefix: grantsFor(role, id, SITE, FABRIC).inboxPrefix,
      reconnect: false,
    });
    this.#open.push({ drain: () => connection.close() });
    return connection;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((connection) => connection.drain()));
    await this.server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export function append(store: CommitStore, request: AppendRequest): Promise<AppendOutcome> {
  return new Promise((resolve) => store.append(request, resolve));
}

export function readNext(store: CommitStore, stream: string, afterSeq: number): Promise<ReadOutcome> {
  return new Promise((resolve) => store.readNext(stream, afterSeq, resolve));
}

export function ask(runtime: LiveRuntime, to: string, body = '', timeoutMs = 2_000): Promise<Reply> {
  return new Promise((resolve) => runtime.ask(to, new TextEncoder().encode(body), timeoutMs, resolve));
}

/** Resolves when `condition` holds; looks again whenever `changed` is called. */
export class Until {
  #look: () => void = () => undefined;

  readonly changed = (): void => this.#look();

  that(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => {
        if (condition()) resolve();
      };
      this.#look();
    });
  }
}

export function busState(runtime: LiveRuntime, wanted: 'up' | 'down'): Promise<void> {
  return new Promise((resolve) => {
    const cancel = runtime.onBus((state) => {
      if (state !== wanted) return;
      cancel();
      resolve();
    });
  });
}

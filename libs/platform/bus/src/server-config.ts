import { join } from 'node:path';
import { flowPrefix, flowStreamName, logPrefix, logStreamName } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';
import type { StreamConfig } from '@nats-io/jetstream';
import type { Permissions } from './permissions.js';

/** Where a server keeps a stream, below its `store_dir`. */
export const streamFolder = (storeDir: string, stream: string): string =>
  join(storeDir, 'jetstream', '$G', 'streams', stream);

export interface BusUser {
  readonly role: RoleName;
  readonly id: string;
}

export interface ServerConfigOptions {
  readonly fabric: string;
  readonly site: number;
  readonly host: string;
  /** -1: any free port. */
  readonly port: number;
  readonly portsDir: string;
  readonly storeDir: string;
  readonly logFile: string;
  readonly users: readonly { readonly publicKey: string; readonly permissions: Permissions }[];
  /** May make the streams of the log and of flow records and change their size, and nothing else; its seed stays with the launcher. */
  readonly adminPublicKey: string;
}

export const ADMIN_INBOX = '_INBOX.admin';

/** Longer than a role dials: whoever is kept from its turn gives up by itself, and dials again. */
const ANSWER_WITHIN_SEC = 5;

/** The server's configuration (it reads JSON). */
export function serverConfig(o: ServerConfigOptions): string {
  const streams = [logStreamName(o.fabric, o.site), flowStreamName(o.fabric, o.site)];
  const rights = ['CREATE', 'INFO', 'UPDATE'].flatMap((what) =>
    streams.map((name) => `$JS.API.STREAM.${what}.${name}`),
  );
  const admin = {
    nkey: o.adminPublicKey,
    permissions: {
      publish: { allow: rights },
      subscribe: { allow: [`${ADMIN_INBOX}.>`] },
    },
  };
  const users = o.users.map(({ publicKey, permissions }) => ({ nkey: publicKey, permissions }));
  return JSON.stringify(
    {
      server_name: `${o.fabric}-${o.site}`,
      host: o.host,
      port: o.port,
      ports_file_dir: o.portsDir,
      log_file: o.logFile,
      jetstream: { store_dir: o.storeDir },
      authorization: { users: [admin, ...users], timeout: ANSWER_WITHIN_SEC },
    },
    undefined,
    2,
  );
}

/** Message ids are remembered for so long; a writer must have settled an unknown outcome by then. */
export const DUPLICATE_WINDOW_MS = 10 * 60_000;

/** The stream that holds a site's log: nothing in it is ever changed or removed. */
export function logStreamConfig(fabric: string, site: number, maxBytes: number): Partial<StreamConfig> {
  return {
    name: logStreamName(fabric, site),
    subjects: [`${logPrefix(fabric, site)}>`],
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    max_bytes: maxBytes,
    max_msgs: -1,
    max_age: 0,
    max_consumers: -1,
    num_replicas: 1,
    duplicate_window: DUPLICATE_WINDOW_MS * 1e6,
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
  };
}

/** The stream that keeps what members report of connections: the newest of it, up to its size. */
export function flowStreamConfig(fabric: string, site: number, maxBytes: number): Partial<StreamConfig> {
  return {
    ...logStreamConfig(fabric, site, maxBytes),
    name: flowStreamName(fabric, site),
    subjects: [`${flowPrefix(fabric)}*`],
    discard: 'old',
    duplicate_window: 2 * 60_000 * 1e6,
  };
}

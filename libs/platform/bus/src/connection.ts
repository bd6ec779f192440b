import type { NatsConnection } from '@nats-io/transport-node';
import type { Self } from '@rehearsal/kernel';
import { grantsFor } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';
import { nkeyUser } from './nkey.js';
import { serverRefusal } from './server-version.js';
import { Wire, connectWire } from './wire.js';

export interface ConnectionOptions {
  readonly self: Self & { readonly role: RoleName };
  /** `nats://host:port` */
  readonly natsUrl: string;
  /** The user's nkey seed. */
  readonly nkeySeed: string;
}

/** A bus that comes back should be found at once; dialling a closed loopback port costs next to nothing. */
const REDIAL_MS = 20;
/** A server that takes a connection and then says nothing, as one does that starts or ends, is dialled anew after this. */
const DIAL_MS = 3_000;
/** A bus that hangs without closing the connection is given up after two of these. */
const PING_MS = 2_000;

/**
 * The client library's connection, as a role's user, dialling for ever once it was up. Throws when the
 * bus cannot be reached, refuses the user, or is too old to hold a log.
 */
export async function connectRaw(
  { self, natsUrl, nkeySeed }: ConnectionOptions,
  wire: Wire = new Wire(),
): Promise<NatsConnection> {
  const options = {
    servers: [natsUrl],
    authenticator: nkeyUser(nkeySeed),
    name: `${self.fabric} ${self.role} ${self.id}`,
    inboxPrefix: grantsFor(self.role, self.id, self.site, self.fabric).inboxPrefix,
    maxReconnectAttempts: -1,
    // A key that was good once stays good: on a machine with much else to do, the server's time for it may run out.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: REDIAL_MS,
    reconnectJitter: REDIAL_MS,
    timeout: DIAL_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
  };
  const connection = await connectWire(options, wire).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`no connection to the bus at ${natsUrl} as ${self.role} ${self.id}: ${reason}`, { cause });
  });
  const { version, cluster } = connection.info ?? { version: 'unknown' };
  const refusal = serverRefusal(cluster === undefined ? { version } : { version, cluster });
  if (refusal !== undefined) {
    await connection.close();
    throw new Error(`the bus at ${natsUrl} cannot be used: ${refusal}`);
  }
  return connection;
}

/** What a bus server says of itself when one connects. */
export interface ServerWord {
  readonly version: string;
  /** Name of the cluster it belongs to, when it does. */
  readonly cluster?: string;
  /** Whether every write is synced to disk before it is acknowledged, where that is known. */
  readonly syncAlways?: boolean;
}

const ALONE: readonly [number, number, number] = [2, 9, 10];
const CLUSTERED: readonly [number, number, number] = [2, 12, 7];

/**
 * Why this server cannot hold a log, or undefined when it can. Older clustered servers let two racing
 * writers both win (measured on 2.9.10), so a decision would not be one.
 */
export function serverRefusal(server: ServerWord): string | undefined {
  const seen = /^(\d+)\.(\d+)\.(\d+)/.exec(server.version);
  if (!seen)
    return `nats-server version ${JSON.stringify(server.version)}: expected a number such as ${ALONE.join('.')}`;
  const version = [Number(seen[1]), Number(seen[2]), Number(seen[3])] as const;
  if (below(version, ALONE)) {
    return `nats-server ${server.version} is too old: install ${ALONE.join('.')} or newer`;
  }
  if (server.cluster === undefined) return undefined;
  if (below(version, CLUSTERED)) {
    return (
      `nats-server ${server.version} is part of cluster ${server.cluster}: a clustered log needs ` +
      `${CLUSTERED.join('.')} or newer, or use one server alone`
    );
  }
  if (server.syncAlways === false) {
    return `nats-server ${server.version} is part of cluster ${server.cluster}: set jetstream sync_interval to always`;
  }
  return undefined;
}

function below(seen: readonly number[], wanted: readonly number[]): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (seen[i] !== wanted[i]) return (seen[i] ?? 0) < (wanted[i] ?? 0);
  }
  return false;
}

import { connect } from '@nats-io/transport-node';

/**
 * What every program of the raw baseline begins with: one JSON argument with the bus's address and its own part,
 * and a connection as the client library makes it.
 */
export async function begin() {
  const parameters = JSON.parse(String(process.argv[2]));
  const connection = await connect({ servers: [parameters.url], noAsyncTraces: true });
  return { parameters, connection };
}

/** Tells whoever started this process, in one line of JSON. @param {Record<string, unknown>} what */
export const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

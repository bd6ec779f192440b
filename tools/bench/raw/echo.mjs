/** Sends every frame back to where it came from. */
import { begin, say } from './node.mjs';

const { connection } = await begin();
connection.subscribe('echo', { callback: (_error, message) => void message.respond(message.data) });
await connection.flush();
say({ ready: true });

/** Does nothing, connected. */
import { begin, say } from './node.mjs';

const { connection } = await begin();
await connection.flush();
say({ ready: true });

/** Answers a frame with itself and sends its partner as many bytes as the state of a frame's connections takes. */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { id, partner, deltaBytes } = parameters;
const delta = new Uint8Array(deltaBytes).fill(7);
connection.subscribe(`worker.${id}.frames`, {
  callback: (_error, message) => {
    connection.publish(message.reply ?? '', message.data);
    connection.publish(`worker.${partner}.deltas`, delta);
  },
});
connection.subscribe(`worker.${id}.deltas`, { callback: () => {} });
await connection.flush();
say({ ready: true });

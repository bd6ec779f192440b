/** Counts bytes and says when all of them have come. */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { frames } = parameters;
let seen = 0;
connection.subscribe('copies', {
  callback: (_error, message) => {
    seen++;
    if (seen === frames) connection.publish(message.reply ?? '', new Uint8Array(0));
  },
});
await connection.flush();
say({ ready: true });

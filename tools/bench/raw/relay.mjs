/** Passes frames on as they came: from the source to the workers in turn, and from the workers to the sink. */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { id, workers } = parameters;
let turn = 0;
connection.subscribe(`relay.${id}.frames`, {
  callback: (_error, message) => {
    connection.publish(`worker.${turn}.frames`, message.data, { reply: `relay.${id}.answers` });
    turn = (turn + 1) % workers;
  },
});
connection.subscribe(`relay.${id}.answers`, {
  callback: (_error, message) => connection.publish('sink', message.data),
});
await connection.flush();
say({ ready: true });

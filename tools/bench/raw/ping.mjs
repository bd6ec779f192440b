/** One frame there and back, again and again, with a pause between: what a round trip takes when nothing else is under way. */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { frameBytes, rounds, pauseMs } = parameters;
const frame = new Uint8Array(frameBytes).fill(7);
const inbox = 'ping.back';
/** @type {number[]} */
const ms = [];
let sentAt = 0;
const send = () => {
  sentAt = performance.now();
  connection.publish('echo', frame, { reply: inbox });
};
connection.subscribe(inbox, {
  callback: () => {
    ms.push(performance.now() - sentAt);
    if (ms.length < rounds) setTimeout(send, pauseMs);
    else say({ ms });
  },
});
await connection.flush();
send();

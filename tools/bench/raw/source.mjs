/**
 * Sends frames to the relays in turn and counts what comes back for a while: a fixed number under way, or, with
 * `everyMs`, one to each relay in that time.
 */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { relays, frameBytes, underWay, everyMs, warmMs, measureMs } = parameters;
const frame = new Uint8Array(frameBytes).fill(7);
let turn = 0;
let back = 0;
const send = () => {
  connection.publish(`relay.${turn}.frames`, frame);
  turn = (turn + 1) % relays;
};
connection.subscribe('sink', {
  callback: () => {
    back++;
    if (everyMs === undefined) send();
  },
});
await connection.flush();
if (everyMs === undefined) {
  for (let i = 0; i < underWay; i++) send();
} else {
  setInterval(() => {
    for (let i = 0; i < relays; i++) send();
  }, everyMs);
}
setTimeout(() => {
  say({ measuring: true });
  const before = back;
  const startMs = performance.now();
  setTimeout(() => say({ frames: back - before, ms: performance.now() - startMs }), measureMs);
}, warmMs);

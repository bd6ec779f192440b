/** Sends frames as fast as the connection takes them and waits for the word that the last one has come. */
import { begin, say } from './node.mjs';

const { parameters, connection } = await begin();
const { frames, frameBytes } = parameters;
const frame = new Uint8Array(frameBytes).fill(7);
let startMs = 0;
connection.subscribe('copied', { callback: () => void say({ ms: performance.now() - startMs }) });
await connection.flush();
startMs = performance.now();
for (let i = 0; i < frames; i++) connection.publish('copies', frame, { reply: 'copied' });

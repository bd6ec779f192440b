import { ConnectionTable, Expectations, Expiry, Pipeline, Steering } from '@rehearsal/dataplane';
import { effort, nsPerOperation } from './benchmark.mjs';
import { PACKET_BYTES, PACKET_WORDS, tcpPackets } from './workload.mjs';

const ACK = 16;
const CONNECTIONS = 2048;

/** @param {Pipeline} pipeline @param {Int32Array} words @param {{number: number}} last */
function judgeAll(pipeline, words, last) {
  let accepted = 0;
  for (let i = 0; i < CONNECTIONS * 2; i++) {
    const slot = pipeline.read(words, i * PACKET_WORDS, PACKET_BYTES, 0, 0);
    last.number = (last.number + 1) | 0;
    if (pipeline.judge(slot, 0, 0, last.number, 1) === 0) accepted++;
  }
  if (accepted !== CONNECTIONS * 2) throw new Error(`expected every packet accepted, saw ${accepted}`);
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: "member's pipeline, known connection",
    unit: 'ns/packet',
    run(smoke) {
      const table = new ConnectionTable({ capacity: CONNECTIONS, slots: 512, baseMs: 0 });
      table.marks.setIncarnation(0, 1);
      const expiry = new Expiry(table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
      const none = () => 0;
      const nat = { isEmpty: true, hideAddress: none, hideOf: none, staticOutside: none, staticInside: none };
      const policy = { match: none, accepts: () => true, syncOf: () => undefined, defers: () => false, nat };
      const steering = new Steering({ slots: 512, l4: true, modes: ['general', 'general'], gtp: 'outer' });
      const serves = new Uint8Array(512).fill(1);
      const pipeline = new Pipeline(table, expiry, policy, steering, serves, new Expectations(), {
        slots: 512,
        sync: 'strict',
        syncNever: [],
        syncDelayMs: 3000,
        asymmetricAtOnce: true,
        tcpOutOfState: 'accept',
        other: 'pass',
        natPorts: [10_000, 60_000],
      });
      const words = tcpPackets(CONNECTIONS * 2, ACK);
      const value = nsPerOperation(CONNECTIONS * 2, effort(smoke), judgeAll, pipeline, words, { number: 0 });
      return { value, detail: { connections: CONNECTIONS } };
    },
  },
];

import { checksumOk, rewritePacket, REWRITE, writeTcp } from '@rehearsal/packets';
import { effort, nsPerOperation } from './benchmark.mjs';
import { PACKET_BYTES, PACKET_WORDS } from './workload.mjs';

const PACKETS = 4096;
const SERVER = 0xc6336401;

/** @param {Int32Array} words @param {{round: number}} state */
function rewriteAll(words, state) {
  // Other ends in every round: rewriting to what is there already would be no work.
  const src = 0x0a000001 + state.round++;
  const port = 1024 + (state.round & 0x7fff);
  for (let i = 0; i < PACKETS; i++) {
    rewritePacket(words, i * PACKET_WORDS, PACKET_BYTES, src, SERVER, port, 443, REWRITE.plain);
  }
}

/** The obvious way: new fields, then the checksums over all bytes again. @param {Uint8Array} bytes @param {{round: number}} state */
function rebuildAll(bytes, state) {
  const src = 0x0a000001 + state.round++;
  const fields = {
    src,
    dst: SERVER,
    srcPort: 1024,
    dstPort: 443,
    ipId: 1,
    ttl: 64,
    seq: 1,
    ack: 1,
    flags: 16,
    window: 9,
  };
  for (let i = 0; i < PACKETS; i++) writeTcp(bytes, i * PACKET_BYTES, fields, PACKET_BYTES - 40);
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'rewriting',
    unit: 'ns/packet',
    baseline: 'checksums over all bytes again',
    run(smoke) {
      const words = new Int32Array(PACKETS * PACKET_WORDS);
      const bytes = new Uint8Array(words.buffer);
      const state = { round: 0 };
      rebuildAll(bytes, state);
      const baseline = nsPerOperation(PACKETS, effort(smoke), rebuildAll, bytes, state);
      const value = nsPerOperation(PACKETS, effort(smoke), rewriteAll, words, state);
      if (!checksumOk(bytes, 0, PACKET_BYTES)) throw new Error('expected right checksums after rewriting');
      return { value, baseline };
    },
  },
];

import { Steering } from '@rehearsal/dataplane';
import { effort, nsPerOperation } from './benchmark.mjs';
import { PACKET_BYTES, PACKET_WORDS, tcpPackets } from './workload.mjs';

const ACK = 16;
const SLOTS = 512;

/** The obvious way: fields out of a Buffer, the two ends in order as text, a hash over the text. @param {Buffer} packet */
function steerByText(packet) {
  const header = (packet.readUInt8(0) & 15) * 4;
  const one = `${packet.readUInt32BE(12)}:${packet.readUInt16BE(header)}`;
  const other = `${packet.readUInt32BE(16)}:${packet.readUInt16BE(header + 2)}`;
  const key = one < other ? `${one}-${other}` : `${other}-${one}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SLOTS;
}

/** @param {Steering} steering @param {Int32Array} words @param {number} packets */
function steerAll(steering, words, packets) {
  let sum = 0;
  for (let i = 0; i < packets; i++) sum += steering.steer(words, i * PACKET_WORDS, PACKET_BYTES, i & 1);
  return sum;
}

/** @param {Buffer[]} packets */
function steerAllByText(packets) {
  let sum = 0;
  for (const packet of packets) sum += steerByText(packet);
  return sum;
}

/**
 * Every packet that came in inside is followed by its answer from outside, so both interfaces' modes are measured.
 * @type {readonly {name: string, modes: import('@rehearsal/dataplane').SteeringOptions['modes']}[]}
 */
const SPREADS = [
  { name: 'general', modes: ['general', 'general'] },
  { name: 'user', modes: ['user', 'user'] },
  { name: 'network', modes: ['network', 'network'] },
  { name: 'auto-topology', modes: ['user', 'network'] },
];

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default SPREADS.flatMap(({ name, modes }) =>
  [true, false].map((l4) => ({
    name: name === 'general' && l4 ? 'steering' : `steering, ${name}${l4 ? ' with L4' : ''}`,
    unit: 'ns/packet',
    reach: { atMost: 35 },
    baseline: 'key as text, FNV-1a',
    run(smoke) {
      // 120-byte packets that fit the second-level cache together, as a batch just received does.
      const packets = 4096;
      const words = tcpPackets(packets, ACK);
      const steering = new Steering({ slots: SLOTS, l4, modes, gtp: 'outer' });
      const buffers = Array.from({ length: packets }, (_, i) =>
        Buffer.from(words.buffer, i * PACKET_BYTES, PACKET_BYTES),
      );
      const value = nsPerOperation(packets, effort(smoke), steerAll, steering, words, packets);
      const baseline = nsPerOperation(packets, effort(smoke), steerAllByText, buffers);
      return { value, baseline };
    },
  })),
);

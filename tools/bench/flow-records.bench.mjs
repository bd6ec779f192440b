import { ConnectionTable, Expectations, Expiry, FlowRecorder, Pipeline, Steering } from '@rehearsal/dataplane';
import { median } from './benchmark.mjs';
import { PACKET_BYTES, PACKET_WORDS, tcpPackets } from './workload.mjs';

const CONNECTIONS = 2048;
const SLOTS = 512;
const [SYN, SYN_ACK, ACK, FIN_ACK] = [0x02, 0x12, 0x10, 0x11];

/**
 * A connection from its first packet to its last: flags, and whether the initiator sends it. As short as an ordinary
 * request and its answer: what is recorded is its beginning, its copy and its end.
 * @type {readonly (readonly [flags: number, isInitiator: boolean])[]}
 */
const LIFE = [
  [SYN, true],
  [SYN_ACK, false],
  [ACK, true],
  [ACK, true],
  [ACK, false],
  [ACK, false],
  [ACK, true],
  [ACK, false],
  [ACK, true],
  [FIN_ACK, true],
  [ACK, false],
  [FIN_ACK, false],
  [ACK, true],
];
/** Batches are taken as often as a member that judges 100,000 packets a second says that it lives. */
const PACKETS_A_TAKE = 10_000;

/** One member's pipeline with its recorder. @param {boolean} isOn */
function member(isOn) {
  const table = new ConnectionTable({ capacity: CONNECTIONS, slots: SLOTS, baseMs: 0 });
  table.marks.setIncarnation(0, 1);
  const flows = new FlowRecorder(table, { isOn, maxBatches: 32, member: 1 });
  const expiry = new Expiry(table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
  const none = () => 0;
  const nat = { isEmpty: true, hideAddress: none, hideOf: none, staticOutside: none, staticInside: none };
  const policy = { match: none, accepts: () => true, syncOf: () => undefined, defers: () => false, nat };
  const steering = new Steering({ slots: SLOTS, l4: true, modes: ['general', 'general'], gtp: 'outer' });
  const serves = new Uint8Array(SLOTS).fill(1);
  const settings = {
    slots: SLOTS,
    sync: /** @type {const} */ ('never'),
    syncNever: [],
    syncDelayMs: 3000,
    asymmetricAtOnce: true,
    tcpOutOfState: /** @type {const} */ ('drop'),
    other: /** @type {const} */ ('pass'),
    natPorts: /** @type {const} */ ([10_000, 60_000]),
  };
  const pipeline = new Pipeline(table, expiry, policy, steering, serves, new Expectations(), settings, flows);
  return { pipeline, flows, number: 0, judged: 0, reportedBytes: 0 };
}

/** Lets all connections live once; with the next time the same ends begin anew. @param {ReturnType<typeof member>} m @param {Map<number, Int32Array>} packets */
function live(m, packets) {
  const { pipeline, flows } = m;
  for (const [flags, isInitiator] of LIFE) {
    const words = /** @type {Int32Array} */ (packets.get(flags));
    for (let i = isInitiator ? 0 : 1; i < CONNECTIONS * 2; i += 2) {
      const slot = pipeline.read(words, i * PACKET_WORDS, PACKET_BYTES, isInitiator ? 0 : 1, 0);
      m.number = (m.number + 1) | 0;
      const verdict = pipeline.judge(slot, isInitiator ? 0 : 1, 0, m.number, 1);
      if (verdict !== 0) throw new Error(`expected every packet accepted, saw verdict ${verdict} for flags ${flags}`);
      if (++m.judged % PACKETS_A_TAKE === 0) flows.take((batch) => take(m, batch));
    }
  }
}

/** @param {ReturnType<typeof member>} m @param {Uint8Array} batch */
function take(m, batch) {
  m.reportedBytes += batch.length;
  return true;
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: "flow records through a member's pipeline",
    unit: 'of it without',
    reach: { atLeast: 0.9 },
    run(smoke) {
      const packets = new Map([SYN, SYN_ACK, ACK, FIN_ACK].map((flags) => [flags, tcpPackets(CONNECTIONS * 2, flags)]));
      const [on, off] = [member(true), member(false)];
      const rounds = smoke ? 3 : 400;
      /** @type {[number[], number[]]} */
      const times = [[], []];
      for (let round = 0; round < rounds; round++) {
        // One after the other, so that a slower moment of the machine meets both.
        for (const [i, m] of [on, off].entries()) {
          const start = performance.now();
          live(m, packets);
          times[i]?.push(performance.now() - start);
        }
      }
      // The second half: the compiler is through with the first.
      const [withMs, withoutMs] = [times[0].slice(rounds >> 1), times[1].slice(rounds >> 1)];
      const perPacket = 1e6 / (CONNECTIONS * LIFE.length);
      // Of rounds next to each other, so that what else the machine does counts for neither.
      const ratios = withMs.map((ms, i) => /** @type {number} */ (withoutMs[i]) / ms);
      if (on.flows.leftOut > 0 || on.flows.written !== rounds * CONNECTIONS * 2) {
        throw new Error(`expected a beginning and an end of each connection, saw ${on.flows.written} records`);
      }
      return {
        value: median(ratios),
        detail: {
          'ns/packet with': median(withMs) * perPacket,
          'ns/packet without': median(withoutMs) * perPacket,
          'packets/connection': LIFE.length,
          'bytes reported/connection': on.reportedBytes / (rounds * CONNECTIONS),
        },
      };
    },
  },
];

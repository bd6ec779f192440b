import { HEADER_WORDS, RECORD_WORDS } from '@rehearsal/protocol';
import { median, once } from './benchmark.mjs';
import { memberId, withFabric } from './live/fabric.mjs';
import { PACKET_BYTES, streams } from './live/traffic.mjs';
import { measureCores, residentMb } from './live/usage.mjs';
import { withRawNet } from './raw/net.mjs';

const MEMBERS = 28;
const PACKETS_PER_SEC = 5_000;
const CONNECTIONS = 2_000;
const US_PER_MS = 1000;
const WORD_BYTES = 4;
/**
 * Ticks of 10 ms: what limits two cores is messages and not packets, and each tick costs every member some. The source
 * gathers for as long as members gather deltas.
 */
const SETTINGS = {
  'limit.membersPerSite': MEMBERS,
  'batch.coalesceMs': 10,
  'sync.deltaMs': 10,
  // Thirty processes on two cores are late now and then; that is no sign of death.
  'ccp.deadMultiplier': 10,
  'lease.ms': 3_000,
  'detector.probeMs': 100,
};
/** The packets of a tick for one orchestrator, as the source sends them. */
const FRAME_PACKETS = (PACKETS_PER_SEC * SETTINGS['batch.coalesceMs']) / 1000 / 2;
const FRAME_BYTES = WORD_BYTES * (HEADER_WORDS + 1 + FRAME_PACKETS * (RECORD_WORDS + PACKET_BYTES / WORD_BYTES));
const LONG_MS = 600_000;

const FULL = { victims: [7, 14, 21], warmMs: 8_000, measureMs: 10_000, afterMs: 5_000, pings: 500 };
const SHORT = { victims: [7], warmMs: 1_000, measureMs: 2_000, afterMs: 3_000, pings: 20 };

/**
 * One fabric of 28 in a steady state, then with one less, and so on: to bring it up takes far longer than to measure it.
 * @param {typeof FULL} effort
 */
function measureFabric({ victims, warmMs, measureMs, afterMs }) {
  return withFabric({ members: MEMBERS, set: SETTINGS }, async (fabric) => {
    const { lab } = fabric;
    await fabric.start(streams({ connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: LONG_MS }));
    await lab.waitMs(warmMs);
    const rounds = [];
    for (const [i, victim] of victims.entries()) {
      await fabric.mark(`steady ${i}`);
      const used = measureCores(await fabric.pids());
      await lab.waitMs(measureMs);
      const { inAll, seconds } = used();
      await fabric.mark(`panic ${i}`);
      await lab.kill({ role: 'member', id: memberId(victim) }, { rebootAfterMs: null });
      await lab.waitMs(afterMs);
      await fabric.settled();
      rounds.push({ cores: inAll, seconds });
    }
    const { members } = await fabric.pids();
    const largestMb = Math.max(...members.map((pid) => residentMb(pid)));
    await fabric.outside('drain');
    const { marks, packets } = await fabric.ledger();
    /** @param {string} name */
    const since = (name) => marks.find((/** @type {{name: string}} */ m) => m.name === name);
    return {
      rounds: rounds.map(({ cores, seconds }, i) => {
        const { p50Us, p99Us, count } = since(`steady ${i}`).latency;
        const silenceMs = since(`panic ${i}`).longestSilenceMs;
        return { p50Ms: p50Us / US_PER_MS, p99Ms: p99Us / US_PER_MS, perSec: count / seconds, silenceMs, cores };
      }),
      lost: packets.dropped + packets.lost,
      largestMb,
    };
  });
}

/** Round trips one at a time, as many as asked, the middle one. @param {typeof FULL} effort */
function rawRound({ pings }) {
  return withRawNet(async (net) => {
    await net.ready('echo');
    const { ms } = await net.run('ping', { frameBytes: FRAME_BYTES, rounds: pings, pauseMs: 10 }).next();
    return median(ms);
  });
}

/** @param {boolean} smoke */
async function measure(smoke) {
  const effort = smoke ? SHORT : FULL;
  const { rounds, lost, largestMb } = await measureFabric(effort);
  const rawP50Ms = await rawRound(effort);
  /** @param {keyof (typeof rounds)[number]} field */
  const middle = (field) => median(rounds.map((r) => r[field]));
  return {
    p50Ms: middle('p50Ms'),
    rawP50Ms,
    lost,
    detail: {
      packetsPerSec: middle('perSec'),
      p99Ms: middle('p99Ms'),
      silenceMs: middle('silenceMs'),
      cores: middle('cores'),
      largestMemberMb: largestMb,
    },
  };
}

const measuredOnce = once(measure);

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'live, 28 members, 5 k packets/s, p50',
    unit: 'ms',
    reach: { atMost: 30 },
    baseline: 'one bare NATS round trip',
    async run(smoke) {
      const { p50Ms, rawP50Ms, detail } = await measuredOnce(smoke);
      return { value: p50Ms, baseline: rawP50Ms, detail };
    },
  },
  {
    name: 'live, 28 members, lost in a panic',
    unit: 'packets',
    reach: { atMost: 0 },
    async run(smoke) {
      const { lost } = await measuredOnce(smoke);
      return { value: lost };
    },
  },
];

import { HEADER_WORDS, RECORD_WORDS } from '@rehearsal/protocol';
import { median } from './benchmark.mjs';
import { memberId, withFabric } from './live/fabric.mjs';
import { PACKET_BYTES, streams } from './live/traffic.mjs';
import { measureCores, residentMb } from './live/usage.mjs';
import { withRawNet } from './raw/net.mjs';

const MEMBERS = 28;
const VICTIM = { role: /** @type {const} */ ('member'), id: memberId(7) };
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

const FULL = { rounds: 3, warmMs: 5_000, measureMs: 10_000, afterMs: 5_000, pings: 500 };
const SHORT = { rounds: 1, warmMs: 1_000, measureMs: 2_000, afterMs: 3_000, pings: 20 };

/** A fabric of 28 in a steady state, and then with one less. @param {typeof FULL} effort */
function fabricRound({ warmMs, measureMs, afterMs }) {
  return withFabric({ members: MEMBERS, set: SETTINGS }, async (fabric) => {
    const { lab } = fabric;
    await fabric.start(streams({ connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: LONG_MS }));
    await lab.waitMs(warmMs);
    const pids = await fabric.pids();
    await fabric.mark('steady');
    const used = measureCores(pids);
    await lab.waitMs(measureMs);
    const { inAll, seconds } = used();
    await fabric.mark('panic');
    await lab.kill(VICTIM, { rebootAfterMs: null });
    await lab.waitMs(afterMs);
    const largestMb = Math.max(...pids.members.filter((pid) => pid !== victimOf(pids)).map((pid) => residentMb(pid)));
    await fabric.outside('drain');
    const { marks, packets } = await fabric.ledger();
    /** @param {string} name */
    const since = (name) => marks.find((/** @type {{name: string}} */ m) => m.name === name);
    return {
      p50Ms: since('steady').latency.p50Us / US_PER_MS,
      p99Ms: since('steady').latency.p99Us / US_PER_MS,
      perSec: since('steady').latency.count / seconds,
      silenceMs: since('panic').longestSilenceMs,
      lost: packets.dropped + packets.lost,
      cores: inAll,
      largestMb,
    };
  });
}

/** The member that has been killed has no memory to look at. @param {{members: readonly number[]}} pids */
const victimOf = ({ members }) => members[Number(VICTIM.id.slice(-2)) - 1];

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
  /** @type {Awaited<ReturnType<typeof fabricRound>>[]} */
  const runs = [];
  const raws = [];
  for (let round = 0; round < effort.rounds; round++) {
    runs.push(await fabricRound(effort));
    raws.push(await rawRound(effort));
  }
  /** @param {keyof (typeof runs)[number]} field */
  const middle = (field) => median(runs.map((r) => r[field]));
  return {
    p50Ms: middle('p50Ms'),
    rawP50Ms: median(raws),
    lost: Math.max(...runs.map((r) => r.lost)),
    detail: {
      packetsPerSec: middle('perSec'),
      p99Ms: middle('p99Ms'),
      silenceMs: middle('silenceMs'),
      cores: middle('cores'),
      largestMemberMb: middle('largestMb'),
    },
  };
}

/** @type {ReturnType<typeof measure> | undefined} */
let measured;
/** @param {boolean} smoke */
const once = (smoke) => (measured ??= measure(smoke));

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'live, 28 members, 5 k packets/s, p50',
    unit: 'ms',
    reach: { atMost: 30 },
    baseline: 'one bare NATS round trip',
    async run(smoke) {
      const { p50Ms, rawP50Ms, detail } = await once(smoke);
      return { value: p50Ms, baseline: rawP50Ms, detail };
    },
  },
  {
    name: 'live, 28 members, lost in a panic',
    unit: 'packets',
    reach: { atMost: 0 },
    async run(smoke) {
      const { lost } = await once(smoke);
      return { value: lost };
    },
  },
];

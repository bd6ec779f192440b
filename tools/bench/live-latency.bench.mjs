import { DELTA_ENTRY_WORDS } from '@rehearsal/dataplane';
import { HEADER_WORDS, RECORD_WORDS } from '@rehearsal/protocol';
import { median, once } from './benchmark.mjs';
import { withFabric } from './live/fabric.mjs';
import { PACKET_BYTES, streams } from './live/traffic.mjs';
import { measureCores } from './live/usage.mjs';
import { rawHops } from './raw/hops.mjs';
import { withRawNet } from './raw/net.mjs';

const PACKETS_PER_SEC = 20_000;
const CONNECTIONS = 2_000;
const US_PER_MS = 1000;
const WORD_BYTES = 4;
/** The fabric's source sends the packets of 2 ms at once, half of them to each orchestrator. */
const EVERY_MS = 2;
const FRAME_PACKETS = 20;
const FRAME_BYTES = WORD_BYTES * (HEADER_WORDS + 1 + FRAME_PACKETS * (RECORD_WORDS + PACKET_BYTES / WORD_BYTES));
/** One connection's state for each packet. */
const DELTA_BYTES = WORD_BYTES * FRAME_PACKETS * DELTA_ENTRY_WORDS;

const FULL = { rounds: 3, warmMs: 3_000, measureMs: 8_000, pings: 2_000 };
const SHORT = { rounds: 1, warmMs: 500, measureMs: 1_000, pings: 50 };

/** @param {typeof FULL} effort */
function fabricRound({ warmMs, measureMs }) {
  return withFabric({}, async (fabric) => {
    const plan = { connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: 10 * (warmMs + measureMs) };
    await fabric.start(streams(plan));
    await fabric.lab.waitMs(warmMs);
    await fabric.mark('measured');
    const used = measureCores(await fabric.pids());
    await fabric.lab.waitMs(measureMs);
    const { inAll, seconds } = used();
    const { marks, packets } = await fabric.ledger();
    const { latency } = marks.at(-1);
    return {
      p50Ms: latency.p50Us / US_PER_MS,
      p99Ms: latency.p99Us / US_PER_MS,
      maxMs: latency.maxUs / US_PER_MS,
      perSec: latency.count / seconds,
      cores: inAll,
      notDelivered: packets.dropped + packets.lost,
    };
  });
}

/** Round trips one at a time, the middle and the 99th of a hundred. @param {typeof FULL} effort */
function rawRound({ pings }) {
  return withRawNet(async (net) => {
    await net.ready('echo');
    const { ms } = await net.run('ping', { frameBytes: FRAME_BYTES, rounds: pings, pauseMs: 1 }).next();
    const sorted = ms.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    return { p50Ms: median(sorted), p99Ms: sorted[Math.floor(sorted.length * 0.99)] };
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
    const trip = await rawRound(effort);
    const hops = await rawHops({ frameBytes: FRAME_BYTES, deltaBytes: DELTA_BYTES, everyMs: EVERY_MS, ...effort });
    // Timers of a busy process come late, so the rate falls short of what was asked: the cost of a packet counts.
    raws.push({ ...trip, cores: (hops.inAll * PACKETS_PER_SEC) / (hops.framesPerSec * FRAME_PACKETS) });
  }
  /** @param {keyof (typeof runs)[number]} field */
  const middle = (field) => median(runs.map((r) => r[field]));
  return {
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    cores: middle('cores'),
    rawP50Ms: median(raws.map((r) => r.p50Ms)),
    rawP99Ms: median(raws.map((r) => r.p99Ms)),
    rawCores: median(raws.map((r) => r.cores)),
    detail: { packetsPerSec: middle('perSec'), maxMs: middle('maxMs'), notDelivered: middle('notDelivered') },
  };
}

const measuredOnce = once(measure);
const baseline = 'one bare NATS round trip';

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'live latency at 20 k packets/s, p50',
    unit: 'ms',
    reach: { atMost: 5 },
    baseline,
    async run(smoke) {
      const { p50Ms, rawP50Ms, detail } = await measuredOnce(smoke);
      return { value: p50Ms, baseline: rawP50Ms, detail };
    },
  },
  {
    name: 'live latency at 20 k packets/s, p99',
    unit: 'ms',
    reach: { atMost: 25 },
    baseline,
    async run(smoke) {
      const { p99Ms, rawP99Ms } = await measuredOnce(smoke);
      return { value: p99Ms, baseline: rawP99Ms };
    },
  },
  {
    name: 'live cost of 20 k packets/s',
    unit: 'cores',
    reach: { atMost: 1.5 },
    baseline: 'the same packets over bare NATS hops',
    async run(smoke) {
      const { cores, rawCores } = await measuredOnce(smoke);
      return { value: cores, baseline: rawCores };
    },
  },
];

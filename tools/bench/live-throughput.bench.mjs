import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DELTA_ENTRY_WORDS } from '@rehearsal/dataplane';
import { HEADER_WORDS, RECORD_WORDS } from '@rehearsal/protocol';
import { median, once } from './benchmark.mjs';
import { costLines, profileClockUs, profileFlags, topCosts } from './live/costs.mjs';
import { withFabric } from './live/fabric.mjs';
import { PACKET_BYTES, streams } from './live/traffic.mjs';
import { measureCores } from './live/usage.mjs';
import { rawHops } from './raw/hops.mjs';

const WORD_BYTES = 4;
const BATCH_PACKETS = 64;
const CONNECTIONS = 2_000;
/** More than two cores can carry: the fabric's own windows hold the source back. */
const OFFERED_PER_SEC = 400_000;
/** So many frames to each orchestrator keep every process busy; with more, packets only wait longer. */
const WINDOW_FRAMES = 64;
const FRAME_BYTES = WORD_BYTES * (HEADER_WORDS + 1 + BATCH_PACKETS * (RECORD_WORDS + PACKET_BYTES / WORD_BYTES));

/** @typedef {{rounds: number, warmMs: number, measureMs: number}} Effort */
/** @type {Effort} */
const FULL = { rounds: 3, warmMs: 3_000, measureMs: 5_000 };
/** @type {Effort} */
const SHORT = { rounds: 1, warmMs: 500, measureMs: 1_000 };

/**
 * Strict is the lossless profile as it is: a packet leaves after its backup has its connection's state. Relaxed sends the
 * backup the same changes as often, of every connection from its first packet on, but lets packets leave at once.
 * @type {Readonly<Record<'strict' | 'relaxed', Record<string, unknown>>>}
 */
const SETTINGS = { strict: {}, relaxed: { 'sync.policy': 'delayed', 'sync.delayMs': 0 } };

/** One fabric under full load. @param {Record<string, unknown>} set @param {Effort} effort @param {string[]} nodeFlags */
function load(set, { warmMs, measureMs }, nodeFlags = []) {
  const common = { 'batch.maxPackets': BATCH_PACKETS, 'link.windowFrames': WINDOW_FRAMES };
  return withFabric({ set: { ...common, ...set }, nodeFlags }, async (fabric) => {
    // Far more exchanges than the measurement lasts.
    await fabric.start(
      streams({ connections: CONNECTIONS, packetsPerSec: OFFERED_PER_SEC, durationMs: 10 * (warmMs + measureMs) }),
    );
    await fabric.lab.waitMs(warmMs);
    const pids = await fabric.pids();
    const fromUs = profileClockUs();
    const used = measureCores(pids);
    const before = await fabric.ledger();
    await fabric.lab.waitMs(measureMs);
    const after = await fabric.ledger();
    const { cores, inAll } = used();
    const toUs = profileClockUs();
    await fabric.outside('stop');
    const { record } = await fabric.record();
    const entries = record.metrics.filter((m) => m.name === 'sync_entries_sent').reduce((sum, m) => sum + m.value, 0);
    return {
      perSec: ((after.delivered - before.delivered) * 1000) / (after.atMs - before.atMs),
      notDelivered: after.packets.dropped + after.packets.lost + after.packets.duplicated,
      entriesPerPacket: entries / after.sent,
      cores,
      inAll,
      pids,
      stretch: { fromUs, toUs },
    };
  });
}

/** @param {'strict' | 'relaxed'} sync @param {Effort} effort */
async function measure(sync, effort) {
  const runs = [];
  const raws = [];
  for (let round = 0; round < effort.rounds; round++) {
    const run = await load(SETTINGS[sync], effort);
    const deltaBytes = Math.ceil(BATCH_PACKETS * run.entriesPerPacket * DELTA_ENTRY_WORDS * WORD_BYTES);
    const raw = await rawHops({ frameBytes: FRAME_BYTES, deltaBytes, ...effort });
    runs.push(run);
    raws.push({ ...raw, perSec: raw.framesPerSec * BATCH_PACKETS });
  }
  const perSec = median(runs.map((r) => r.perSec));
  const middle = runs.find((r) => r.perSec >= perSec) ?? runs[0];
  const rawPerSec = median(raws.map((r) => r.perSec));
  /** @param {string} kind */
  const usEach = (kind) => (Number(middle?.cores[kind]) / Number(middle?.perSec)) * 1e6;
  return {
    perSec,
    rawPerSec,
    detail: {
      cores: Number(middle?.inAll),
      usOutside: usEach('outside'),
      usOrchestrators: usEach('orchestrators'),
      usMembers: usEach('members'),
      usBus: usEach('bus'),
      rawCores: median(raws.map((r) => r.inAll)),
      rawUs: median(raws.map((r) => (r.inAll / r.perSec) * 1e6)),
      usInAll: median(runs.map((r) => (r.inAll / r.perSec) * 1e6)),
      entriesPerPacket: Number(middle?.entriesPerPacket),
      notDelivered: runs.reduce((sum, r) => sum + r.notDelivered, 0),
    },
  };
}

/** Where the time goes, from one more run under the profiler. @param {'strict' | 'relaxed'} sync @param {Effort} effort */
async function costs(sync, effort) {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-profile-'));
  try {
    const { pids, stretch } = await load(SETTINGS[sync], effort, profileFlags(dir));
    return costLines(topCosts(dir, pids, stretch));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Two figures come from the same runs. */
const measured = {
  strict: once((smoke) => measure('strict', smoke ? SHORT : FULL)),
  relaxed: once((smoke) => measure('relaxed', smoke ? SHORT : FULL)),
};

/** @param {'strict' | 'relaxed'} sync @param {number} atLeast @returns {import('./benchmark.mjs').Benchmark} */
const throughput = (sync, atLeast) => ({
  name: `live throughput, ${sync}`,
  unit: 'packets/s',
  reach: { atLeast },
  baseline: 'the same bytes over bare NATS hops',
  async run(smoke) {
    const { perSec, rawPerSec, detail } = await measured[sync](smoke);
    return { value: perSec, baseline: rawPerSec, detail };
  },
  costs: (smoke) => costs(sync, smoke ? SHORT : FULL),
});

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  throughput('strict', 150_000),
  {
    name: 'live throughput, strict, share',
    unit: 'of bare hops',
    reach: { atLeast: 0.5 },
    baseline: 'the same bytes over bare NATS hops',
    async run(smoke) {
      const { perSec, rawPerSec } = await measured.strict(smoke);
      return { value: perSec / rawPerSec, baseline: 1 };
    },
  },
  throughput('relaxed', 180_000),
];

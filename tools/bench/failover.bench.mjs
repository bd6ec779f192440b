import { median } from './benchmark.mjs';
import { withFabric } from './live/fabric.mjs';
import { streams } from './live/traffic.mjs';

const VICTIM = { role: /** @type {const} */ ('member'), id: '1_02' };
const PACKETS_PER_SEC = 5_000;
/** Few, so that each sends every 40 ms: a silence is then the fabric's and not the sender's. */
const CONNECTIONS = 200;
const US_PER_MS = 1000;
/** A hung member wakes after this, as a process does that the system did not let run. */
const HANG_MS = 1_500;

const FULL = { rounds: 5, warmMs: 2_000, afterMs: 1_500 };
const SHORT = { rounds: 1, warmMs: 1_000, afterMs: 1_500 };

/** @typedef {'kill' | 'hang'} Fault @typedef {'lossless' | 'vendor'} Profile */

/**
 * One member fails under load. Times are ms since right before the signal: when an orchestrator saw it, when the loss
 * stood in the log, and the longest that any connection had something under way and heard nothing.
 * @param {Profile} profile @param {Fault} fault @param {typeof FULL} effort
 */
function failOnce(profile, fault, { warmMs, afterMs }) {
  return withFabric({ profile, set: { 'member.rebootMs': 60_000 } }, async (fabric) => {
    const { lab } = fabric;
    await fabric.start(streams({ connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: 60_000 }));
    await lab.waitMs(warmMs);
    await fabric.mark('failed');
    if (fault === 'kill') await lab.kill(VICTIM);
    else await lab.hang(VICTIM);
    await lab.waitMs(fault === 'hang' ? HANG_MS : afterMs);
    if (fault === 'hang') await lab.resume(VICTIM);
    // What happens when the member comes back is another measurement.
    await fabric.mark('over');
    const { marks, packets } = await fabric.ledger();
    const failed = marks.find((/** @type {{name: string}} */ m) => m.name === 'failed');
    const { record, commits } = await fabric.record();
    const faultAtMs = Number(record.faults[0]?.atMs);
    /** @type {(c: any) => boolean} */
    const isLoss = (c) => c.events.some((/** @type {any} */ e) => e.type === 'MemberLost');
    const losses = commits.filter(isLoss);
    const loss = losses.find(
      (c) => c.time.ms >= faultAtMs && c.events.some((/** @type {any} */ e) => e.member === VICTIM.id),
    );
    if (loss === undefined) throw new Error(`${fault} of ${VICTIM.id}: the log does not say that it was lost`);
    return {
      // Others that were taken for dead because the machine did not let them run in time.
      otherLosses: losses.length - 1,
      detectedMs: loss.input.at - faultAtMs,
      committedMs: loss.time.ms - faultAtMs,
      silenceMs: failed.longestSilenceMs,
      worstPacketMs: failed.latency.maxUs / US_PER_MS,
      lost: packets.lost,
    };
  });
}

/** @param {Fault} fault @param {boolean} smoke */
async function measure(fault, smoke) {
  const effort = smoke ? SHORT : FULL;
  /** @type {Record<Profile, Awaited<ReturnType<typeof failOnce>>[]>} */
  const runs = { lossless: [], vendor: [] };
  for (let round = 0; round < effort.rounds; round++) {
    runs.lossless.push(await failOnce('lossless', fault, effort));
    runs.vendor.push(await failOnce('vendor', fault, effort));
  }
  /** @param {Profile} profile @param {keyof (typeof runs)['vendor'][number]} field */
  return (profile, field) => median(runs[profile].map((r) => r[field]));
}

/** @type {Map<Fault, ReturnType<typeof measure>>} */
const measured = new Map();
/** All figures of a fault come from the same runs. @param {Fault} fault @param {boolean} smoke */
function once(fault, smoke) {
  const known = measured.get(fault) ?? measure(fault, smoke);
  measured.set(fault, known);
  return known;
}

/**
 * @param {Fault} fault @param {string} what @param {'detectedMs' | 'committedMs' | 'silenceMs'} field
 * @returns {import('./benchmark.mjs').Benchmark}
 */
const figure = (fault, what, field) => ({
  name: `${fault} of a member, ${what}`,
  unit: 'ms',
  baseline: 'profile vendor',
  async run(smoke) {
    const of = await once(fault, smoke);
    const detail = {
      worstPacketMs: of('lossless', 'worstPacketMs'),
      otherLosses: of('lossless', 'otherLosses'),
      otherLossesVendor: of('vendor', 'otherLosses'),
      lostPackets: of('lossless', 'lost'),
      lostPacketsVendor: of('vendor', 'lost'),
    };
    const last = field === 'silenceMs';
    return { value: of('lossless', field), baseline: of('vendor', field), ...(last ? { detail } : {}) };
  },
});

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default /** @type {const} */ (['kill', 'hang']).flatMap((fault) => [
  figure(fault, 'detected', 'detectedMs'),
  figure(fault, 'committed', 'committedMs'),
  figure(fault, 'worst silence', 'silenceMs'),
]);

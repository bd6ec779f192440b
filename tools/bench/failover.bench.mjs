import { median } from './benchmark.mjs';
import { withFabric } from './live/fabric.mjs';
import { streams } from './live/traffic.mjs';

const VICTIM = { role: /** @type {const} */ ('member'), id: '1_02' };
const PACKETS_PER_SEC = 5_000;
/** Few, so that each sends every 40 ms: a silence is then the fabric's and not the sender's. */
const CONNECTIONS = 200;
const US_PER_MS = 1000;
/** Longer than all failures of a run take. */
const LONG_MS = 600_000;

const FULL = { rounds: 5, warmMs: 2_000, afterMs: 1_500 };
const SHORT = { rounds: 1, warmMs: 1_000, afterMs: 1_500 };

/** @typedef {'kill' | 'hang'} Fault @typedef {'lossless' | 'vendor'} Profile */

/** @param {{events: readonly any[]}} commit @param {string} [member] */
const tellsLoss = ({ events }, member) =>
  events.some((e) => e.type === 'MemberLost' && (member === undefined || e.member === member));

/** Under load a member fails, and is given time to take its place again. @param {import('./live/fabric.mjs').Fabric} fabric @param {Fault} fault @param {string} name @param {typeof FULL} effort */
async function failOnce(fabric, fault, name, { warmMs, afterMs }) {
  const { lab } = fabric;
  await lab.waitMs(warmMs);
  await fabric.mark(name);
  if (fault === 'kill') await lab.kill(VICTIM, { rebootAfterMs: null });
  else await lab.hang(VICTIM);
  await lab.waitMs(afterMs);
  // What happens when the member comes back is another measurement.
  await fabric.mark(`${name} over`);
  if (fault === 'kill') await lab.restart(VICTIM);
  else await lab.resume(VICTIM);
  await lab.waitUntil({ name: 'member-state', args: { member: VICTIM.id }, until: { equals: 'ACTIVE' } }, 30_000);
  await fabric.settled();
}

/**
 * The same failure again and again. Times are ms since right before the signal: when an orchestrator saw it, when the
 * loss stood in the log, and the longest that any connection had something under way and heard nothing.
 * @param {Profile} profile @param {Fault} fault @param {typeof FULL} effort
 */
function failures(profile, fault, effort) {
  return withFabric({ profile }, async (fabric) => {
    await fabric.start(streams({ connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: LONG_MS }));
    for (let round = 0; round < effort.rounds; round++) await failOnce(fabric, fault, `${round}`, effort);
    const { marks, packets } = await fabric.ledger();
    const { record, commits } = await fabric.record();
    const faults = record.faults.filter((f) => f.fault === fault);
    const losses = commits.filter((c) => tellsLoss(c));
    const rounds = faults.map(({ atMs }, round) => {
      const loss = losses.find((c) => c.time.ms >= atMs && tellsLoss(c, VICTIM.id));
      if (loss === undefined) throw new Error(`${fault} of ${VICTIM.id}: the log does not say that it was lost`);
      const mark = marks.find((/** @type {{name: string}} */ m) => m.name === `${round}`);
      return {
        detectedMs: loss.input.at - atMs,
        committedMs: loss.time.ms - atMs,
        silenceMs: mark.longestSilenceMs,
        worstPacketMs: mark.latency.maxUs / US_PER_MS,
      };
    });
    // Other losses: processes that the machine did not let run in time, and that were taken for dead.
    return { rounds, otherLosses: losses.length - faults.length, lost: packets.lost };
  });
}

/** @param {Fault} fault @param {boolean} smoke */
async function measure(fault, smoke) {
  const effort = smoke ? SHORT : FULL;
  const lossless = await failures('lossless', fault, effort);
  const vendor = await failures('vendor', fault, effort);
  return { lossless, vendor };
}

/** @param {Awaited<ReturnType<typeof failures>>} runs @param {'detectedMs' | 'committedMs' | 'silenceMs' | 'worstPacketMs'} field */
const middle = (runs, field) => median(runs.rounds.map((r) => r[field]));

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
    const { lossless, vendor } = await once(fault, smoke);
    const value = middle(lossless, field);
    const baseline = middle(vendor, field);
    if (field !== 'silenceMs') return { value, baseline };
    const detail = {
      worstPacketMs: middle(lossless, 'worstPacketMs'),
      lostPackets: lossless.lost,
      lostPacketsVendor: vendor.lost,
      otherLosses: lossless.otherLosses,
      otherLossesVendor: vendor.otherLosses,
    };
    return { value, baseline, detail };
  },
});

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default /** @type {const} */ (['kill', 'hang']).flatMap((fault) => [
  figure(fault, 'detected', 'detectedMs'),
  figure(fault, 'committed', 'committedMs'),
  figure(fault, 'worst silence', 'silenceMs'),
]);

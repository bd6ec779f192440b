import { DELTA_ENTRY_WORDS } from '@rehearsal/dataplane';
import { median } from './benchmark.mjs';
import { withFabric } from './live/fabric.mjs';
import { streams } from './live/traffic.mjs';
import { withRawNet } from './raw/net.mjs';

const VICTIM = { role: /** @type {const} */ ('member'), id: '1_02' };
const WORD_BYTES = 4;
/** As large as the frames a member copies its connections in. */
const FRAME_BYTES = 60_000;
const OPEN_PER_SEC = 20_000;
const MS_PER_SEC = 1000;
const FILL_WITHIN_MS = 120_000;

const FULL = { rounds: 3, connections: 250_000 };
const SHORT = { rounds: 1, connections: 5_000 };

/**
 * Two members share the connections and each is the other's backup. One is killed, so that the other serves them all
 * without a backup; it comes back empty, and is copied everything. Seconds from the moment the copying is decided until
 * the log says that the last slot is in step.
 * @param {number} connections
 */
function resync(connections) {
  const set = {
    'table.connectionsPerMember': 2 * connections,
    'udp.timeoutSec': 3600,
    'member.rebootMs': 500,
  };
  return withFabric({ members: 2, set }, async (fabric) => {
    const { lab } = fabric;
    await fabric.start(streams({ connections, packetsPerSec: OPEN_PER_SEC, exchanges: 1 }));
    await fabric.outside('finish', { deadlineMs: FILL_WITHIN_MS }, 2 * FILL_WITHIN_MS);
    await lab.kill(VICTIM);
    await lab.waitUntil({ name: 'members-active', until: { equals: 1 } }, 10_000);
    await lab.waitUntil({ name: 'members-active', until: { equals: 2 } }, 60_000);
    await fabric.settled();
    const { commits } = await fabric.record();
    const events = commits.flatMap((c) => c.events);
    const finished = events.findLast((e) => e.type === 'IteratorFinished' && e.connections >= connections);
    if (finished === undefined) {
      const seen = events.filter((e) => e.type === 'IteratorFinished').map((e) => e.connections);
      throw new Error(`expected one copy of ${connections} connections, saw copies of ${seen.join(', ')}`);
    }
    return { seconds: finished.runningMs / MS_PER_SEC, connections: finished.connections };
  });
}

/** The same bytes in frames of the same size, from one bare process to another. @param {number} connections */
function rawCopy(connections) {
  return withRawNet(async (net) => {
    const frames = Math.ceil((connections * DELTA_ENTRY_WORDS * WORD_BYTES) / FRAME_BYTES);
    await net.ready('receiver', { frames });
    const { ms } = await net.run('sender', { frames, frameBytes: FRAME_BYTES }).next();
    return ms / MS_PER_SEC;
  });
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'resync of 250 k connections, live',
    unit: 's',
    reach: { atMost: 0.6 },
    baseline: 'the same bytes over bare NATS',
    async run(smoke) {
      const { rounds, connections } = smoke ? SHORT : FULL;
      const runs = [];
      const raws = [];
      for (let round = 0; round < rounds; round++) {
        runs.push(await resync(connections));
        raws.push(await rawCopy(connections));
      }
      return {
        value: median(runs.map((r) => r.seconds)),
        baseline: median(raws),
        detail: { connections: median(runs.map((r) => r.connections)) },
      };
    },
  },
];

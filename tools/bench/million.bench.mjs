import { execFileSync } from 'node:child_process';
import { OUTSIDE } from './live/fabric.mjs';
import { simulatedLab } from './live/simulated.mjs';

const MEMBERS = 8;
const VICTIM = { role: /** @type {const} */ ('member'), id: '1_03' };
const BYTES_PER_MIB = 1024 * 1024;
const REACH_MIB = 8 * 1024;
const MS_PER_SEC = 1000;
/** Each connection opens, waits while a member panics, and says one thing more. */
const PACKETS_EACH = 4;
const OPEN_WITHIN_MS = 40_000;
const SETTLE_MS = 8_000;

const FULL = { connections: 1_000_000, fewer: 250_000 };
const SHORT = { connections: 20_000, fewer: 5_000 };

/** @param {number} n the least power of two that holds so many */
const powerOfTwo = (n) => 2 ** Math.ceil(Math.log2(n));

/**
 * Opens that many connections, lets a member panic, and gives what the process needed at most. Prints a line of JSON;
 * runs in a process of its own, so that nothing else counts.
 * @param {number} connections
 */
async function holdThem(connections) {
  const share = Math.ceil((connections / MEMBERS) * 4);
  const lab = simulatedLab(1, {
    members: MEMBERS,
    set: { 'table.connectionsPerMember': Math.max(4096, powerOfTwo(share)), 'dist.placement': 'spread' },
  });
  globalThis.gc?.();
  const emptyBytes = process.memoryUsage().rss;
  await lab.up();
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
  const packetsPerSec = Math.ceil((connections * PACKETS_EACH * MS_PER_SEC) / OPEN_WITHIN_MS);
  const plan = { seed: 1, connections, packetsPerSec, exchanges: 2, mix: { dns: 1 } };
  const startMs = performance.now();
  await lab.command(OUTSIDE, { name: 'start', args: { plan } });
  await lab.waitMs(OPEN_WITHIN_MS / 2);
  await lab.kill(VICTIM);
  await lab.waitMs(OPEN_WITHIN_MS / 2 + SETTLE_MS);
  const { members } = await lab.status();
  const live = members.reduce((sum, m) => sum + m.connections, 0);
  const seconds = (performance.now() - startMs) / MS_PER_SEC;
  const { packets } = await lab.ledger();
  const bytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(JSON.stringify({ live, lost: packets.lost, bytes, emptyBytes, seconds }));
}

/** @param {number} connections @returns {{live: number, lost: number, bytes: number, emptyBytes: number, seconds: number}} */
function measured(connections) {
  const args = ['--expose-gc', import.meta.filename, String(connections)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'live connections in simulation, 8 members, one panics',
    unit: 'MiB',
    reach: { atMost: REACH_MIB },
    baseline: 'a quarter of them',
    run(smoke) {
      const { connections, fewer } = smoke ? SHORT : FULL;
      const most = measured(connections);
      const some = measured(fewer);
      if (most.lost > 0) throw new Error(`expected no packet lost, saw ${most.lost}`);
      return {
        value: most.bytes / BYTES_PER_MIB,
        baseline: some.bytes / BYTES_PER_MIB,
        detail: {
          connections: most.live,
          bytesPerConnection: (most.bytes - most.emptyBytes) / connections,
          bytesPerConnectionOfQuarter: (some.bytes - some.emptyBytes) / fewer,
          seconds: most.seconds,
          usPerConnection: (most.seconds * 1e6) / connections,
          usPerConnectionOfQuarter: (some.seconds * 1e6) / fewer,
        },
      };
    },
  },
];

if (process.argv[1] === import.meta.filename) await holdThem(Number(process.argv[2]));

import { execFile } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median } from './benchmark.mjs';
import { OUTSIDE } from './live/fabric.mjs';
import { simulatedLab } from './live/simulated.mjs';
import { web } from './live/traffic.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const VICTIM = { role: /** @type {const} */ ('member'), id: '1_03' };
const MS_PER_SEC = 1000;
const SEC_PER_MINUTE = 60;
const PACKETS_PER_SEC = 500;
const CONNECTIONS = 200;

const LARGE = { members: 28, set: { 'limit.membersPerSite': 28 } };

const FULL = { rounds: 5, virtualMs: 30_000, seeds: 12 };
const SHORT = { rounds: 1, virtualMs: 6_000, seeds: 2 };

/**
 * Virtual seconds a second: a member panics two seconds in, reboots and takes its slots back. Bringing up the fabric
 * does not count.
 * @param {number} seed @param {number} virtualMs @param {boolean} traffic
 * @param {import('./live/fabric.mjs').Options} [options]
 */
async function virtualSpeed(seed, virtualMs, traffic, options) {
  const lab = simulatedLab(seed, options);
  await lab.up();
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, 20_000);
  const plan = web({ connections: CONNECTIONS, packetsPerSec: PACKETS_PER_SEC, durationMs: virtualMs });
  if (traffic) await lab.command(OUTSIDE, { name: 'start', args: { plan } });
  const startMs = performance.now();
  await lab.waitMs(2_000);
  await lab.kill(VICTIM);
  await lab.waitMs(virtualMs - 2_000);
  const speed = virtualMs / (performance.now() - startMs);
  if (traffic) {
    const { packets } = await lab.ledger();
    if (packets.lost > 0) throw new Error(`seed ${seed}: expected no lost packet, saw ${packets.lost}`);
  }
  await lab.down();
  return speed;
}

/** The kernel-panic experiment as it comes, at this rate of packets, in a folder of its own. @param {string} folder */
function writeExperiment(folder) {
  for (const sub of ['experiments', 'fabrics/policies']) mkdirSync(join(folder, sub), { recursive: true });
  const examples = join(ROOT, 'examples');
  const copy = (/** @type {string} */ file, /** @type {(text: string) => string} */ change) =>
    writeFileSync(join(folder, file), change(readFileSync(join(examples, file), 'utf8')));
  const same = (/** @type {string} */ text) => text;
  copy('fabrics/policies/branch.yaml', same);
  copy('fabrics/single-site.fabric.yaml', (text) =>
    text
      .replace(/connections: \d+/, `connections: ${CONNECTIONS}`)
      .replace(/packetsPerSec: \d+/, `packetsPerSec: ${PACKETS_PER_SEC}`),
  );
  copy('experiments/kernel-panic.yaml', same);
  return join(folder, 'experiments', 'kernel-panic.yaml');
}

/** Seeds a minute as `rehearse run --seeds` conducts and judges them, two at a time. @param {number} seeds */
async function seedsPerMinute(seeds) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-seeds-'));
  try {
    const cli = join(ROOT, 'apps', 'cli', 'dist', 'main.js');
    const range = `1..${seeds}`;
    const args = [cli, 'run', writeExperiment(folder), '--seeds', range, '--set', 'profile=lossless', '--json'];
    const startMs = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 });
    const seconds = (performance.now() - startMs) / MS_PER_SEC;
    const { passed } = JSON.parse(stdout);
    if (passed !== seeds) throw new Error(`expected ${seeds} seeds to pass, saw ${passed}`);
    return (seeds * SEC_PER_MINUTE) / seconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * With traffic and without, in turns, so that both meet the same machine.
 * @param {boolean} smoke @param {import('./live/fabric.mjs').Options} [options]
 */
async function busyAndIdle(smoke, options) {
  const { rounds, virtualMs } = smoke ? SHORT : FULL;
  const busy = [];
  const idle = [];
  for (let round = 0; round < rounds; round++) {
    busy.push(await virtualSpeed(round + 1, virtualMs, true, options));
    idle.push(await virtualSpeed(round + 1, virtualMs, false, options));
  }
  return { value: median(busy), baseline: median(idle), detail: { packetsPerSec: PACKETS_PER_SEC } };
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'simulated kernel panic',
    unit: 'virtual s/s',
    reach: { atLeast: 50 },
    baseline: 'the same without packets',
    run: (smoke) => busyAndIdle(smoke),
  },
  {
    name: 'simulated kernel panic, 28 members',
    unit: 'virtual s/s',
    reach: { atLeast: 20 },
    baseline: 'the same without packets',
    run: (smoke) => busyAndIdle(smoke, LARGE),
  },
  {
    name: 'seeds of a simulated kernel panic',
    unit: 'seeds/minute',
    async run(smoke) {
      const { seeds } = smoke ? SHORT : FULL;
      return { value: await seedsPerMinute(seeds) };
    },
  },
];

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SHORT, upgraded } from './live/upgrading.mjs';
import { cpuSecondsOfEnded } from './live/usage.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const EXPERIMENT = join(ROOT, 'examples', 'experiments', 'upgrade-in-full-sim.yaml');
/** In the other one, whoever panics may take connections along that were too young to have been copied. */
const PROFILE = 'lossless';
const WORKERS = 2;
const MS_PER_SEC = 1000;
const SEC_PER_MINUTE = 60;

/**
 * Every way of the upgrade as the command goes through them, on two workers. A short run leaves out the faults.
 * @param {boolean} smoke
 */
async function assessed(smoke) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-assess-'));
  const before = cpuSecondsOfEnded();
  try {
    const cli = join(ROOT, 'apps', 'cli', 'dist', 'main.js');
    const few = smoke ? ['--faults', '0'] : [];
    const settings = { profile: PROFILE, ...(smoke && SHORT) };
    const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const args = [cli, 'assess', EXPERIMENT, ...few, ...set, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 });
    /** @type {{verdict: string, places: number, ways: unknown[], tookMs: number}} */
    const { verdict, places, ways, tookMs } = JSON.parse(stdout);
    if (verdict !== 'pass') throw new Error(`expected every way to keep the rules, saw ${verdict}`);
    return { sec: tookMs / MS_PER_SEC, places, ways: ways.length, cpuSec: cpuSecondsOfEnded() - before };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'assess of an upgrade of 4 members, one fault',
    unit: 'minutes',
    reach: { atMost: 10 },
    baseline: 'as many upgrades without a fault, two at a time',
    async run(smoke) {
      const one = await upgraded('upgrades.fabric.yaml', { overrides: smoke ? SHORT : {}, profile: PROFILE });
      const { sec, places, ways, cpuSec } = await assessed(smoke);
      return {
        value: sec / SEC_PER_MINUTE,
        baseline: (one.sec * ways) / WORKERS / SEC_PER_MINUTE,
        detail: { places, ways, waysPerSec: ways / sec, cpuSec, cpuSecAWay: cpuSec / ways },
      };
    },
  },
];

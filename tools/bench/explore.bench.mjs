import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const FABRIC = join(ROOT, 'examples', 'fabrics', 'single-site.fabric.yaml');

/**
 * Explores that many seeds as the command does, on two workers. What the seeds find is not the question here.
 * @param {number} seeds
 * @returns {Promise<{runs: number, virtualSec: number, runsPerMinute: number, failed: unknown[]}>}
 */
async function explored(seeds) {
  const folder = mkdtempSync(join(tmpdir(), 'rehearsal-explore-'));
  try {
    const cli = join(ROOT, 'apps', 'cli', 'dist', 'main.js');
    const args = [cli, 'explore', FABRIC, '--seeds', `1..${seeds}`, '--no-shrink', '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }).catch(
      (error) => (error.code === 1 ? error : Promise.reject(error)),
    );
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'explore: runs of 30 virtual seconds',
    unit: 'runs/minute',
    reach: { atLeast: 300 },
    async run(smoke) {
      const { runsPerMinute, runs, virtualSec, failed } = await explored(smoke ? 4 : 300);
      return { value: runsPerMinute, detail: { runs, virtualSec, failed: failed.length } };
    },
  },
];

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'apps/cli/dist/main.js');
const RUNS = mkdtempSync(join(tmpdir(), 'rehearsal-seeds-'));
const WITHIN_MS = 240_000;

/** What a kept seed once showed, so that nobody drops it for being green. */
interface KeptSeed {
  readonly experiment: string;
  readonly profile: 'vendor' | 'lossless';
  readonly seed: number;
  readonly cause: string;
}

/** A schedule of explore that once failed, as small as it could be made. */
interface KeptSchedule {
  readonly fabric: string;
  readonly schedule: string;
  readonly cause: string;
}

interface Seeds {
  readonly passed: number;
  readonly failed: readonly { readonly seed: number; readonly reason: string; readonly repeat: string }[];
}

function rehearse<T>(args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [CLI, ...args], { cwd: RUNS, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`${args.join(' ')}: ${error?.message ?? ''}\n${stderr}`));
      else resolve(JSON.parse(stdout) as T);
    });
  });
}

function runSeeds(experiment: string, profile: string, from: number, to: number): Promise<Seeds> {
  const file = join(ROOT, 'examples/experiments', `${experiment}.yaml`);
  return rehearse(['run', file, '--sim', '--seeds', `${from}..${to}`, '--json', '--set', `profile=${profile}`]);
}

afterAll(() => rmSync(RUNS, { recursive: true, force: true }));

describe('in rough simulated weather', () => {
  it.each([
    ['kernel-panic', 'lossless', 200],
    ['hang-and-wake', 'lossless', 15],
    ['double-panic', 'lossless', 15],
    ['crash-and-restart-quickly', 'lossless', 15],
    ['steady', 'lossless', 15],
    ['kernel-panic', 'vendor', 15],
  ])(
    '%s holds in the %s profile for %i seeds',
    async (experiment, profile, seeds) => {
      const { passed, failed } = await runSeeds(experiment, profile, 1, seeds);
      expect(failed).toEqual([]);
      expect(passed).toBe(seeds);
    },
    WITHIN_MS,
  );

  const text = readFileSync(join(ROOT, 'tools/proof/kept-seeds.json'), 'utf8');
  const kept = JSON.parse(text) as readonly (KeptSeed | KeptSchedule)[];
  it.each(kept.filter((k) => 'seed' in k))(
    '$experiment still holds for seed $seed, which once failed: $cause',
    async ({ experiment, profile, seed }) => {
      expect((await runSeeds(experiment, profile, seed, seed)).failed).toEqual([]);
    },
    WITHIN_MS,
  );

  it.each(kept.filter((k) => 'schedule' in k))(
    '$schedule shows nothing any more; once: $cause',
    async ({ fabric, schedule }) => {
      const words = ['explore', join(ROOT, fabric), '--schedule', join(ROOT, schedule), '--json'];
      expect((await rehearse<Seeds>(words)).failed).toEqual([]);
    },
    WITHIN_MS,
  );

  it('explore finds nothing in its first sixty seeds', async () => {
    const words = [
      'explore',
      join(ROOT, 'examples/fabrics/single-site.fabric.yaml'),
      '--seeds',
      '1..60',
      '--no-shrink',
      '--json',
    ];
    expect((await rehearse<Seeds>(words)).failed).toEqual([]);
  }, 600_000);
});

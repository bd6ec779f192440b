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

interface Seeds {
  readonly passed: number;
  readonly failed: readonly { readonly seed: number; readonly reason: string; readonly repeat: string }[];
}

function runSeeds(experiment: string, profile: string, from: number, to: number): Promise<Seeds> {
  const file = join(ROOT, 'examples/experiments', `${experiment}.yaml`);
  const args = [CLI, 'run', file, '--sim', '--seeds', `${from}..${to}`, '--json', '--set', `profile=${profile}`];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: RUNS, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(`${args.join(' ')}: ${error?.message ?? ''}\n${stderr}`));
      else resolve(JSON.parse(stdout) as Seeds);
    });
  });
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

  const kept = JSON.parse(readFileSync(join(ROOT, 'tools/proof/kept-seeds.json'), 'utf8')) as readonly KeptSeed[];
  it.each(kept)(
    '$experiment still holds for seed $seed, which once failed: $cause',
    async ({ experiment, profile, seed }) => {
      expect((await runSeeds(experiment, profile, seed, seed)).failed).toEqual([]);
    },
    WITHIN_MS,
  );
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { fingerprint, toyRun } from './testing/toy-run.js';

const testing = join(import.meta.dirname, 'testing');

/** The same run in a Node of its own, from the same sources. */
async function runElsewhere(seed: number, ...flags: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...flags,
      '--no-warnings',
      '--import',
      join(testing, 'source-hooks.mjs'),
      join(testing, 'print-toy-run.ts'),
      String(seed),
    ],
    { env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return stdout;
}

describe('a seed', () => {
  it('gives the same run to the byte, here and in another process', async () => {
    const first = await toyRun(42);
    expect((await toyRun(42)).log).toEqual(first.log);
    expect(await runElsewhere(42)).toBe(fingerprint(first));
  }, 60_000);

  it.each([
    ['interpreted', '--no-sparkplug --no-maglev --no-turbofan'],
    ['compiled in the same thread', '--single-threaded'],
    ['compiled again and again', '--always-osr --stress-concurrent-inlining'],
  ])(
    'gives the same run %s',
    async (_how, flags) => {
      expect(await runElsewhere(42, ...flags.split(' '))).toBe(await runElsewhere(42));
    },
    60_000,
  );

  it('gives another run than another seed', async () => {
    expect((await toyRun(43)).seal).not.toEqual((await toyRun(42)).seal);
  }, 60_000);
});

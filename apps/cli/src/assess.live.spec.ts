import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, jest } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const UPGRADE = fileURLToPath(new URL('../../../examples/experiments/rolling-upgrade.yaml', import.meta.url));
const RUNS = mkdtempSync(join(tmpdir(), 'rehearsal-assess-'));
/** While group B is away: half of the connections are at this member. */
const PANIC = 'panic member 1_02@7013';

interface Assessed {
  readonly verdict: string;
  readonly ways: readonly { readonly outcome: string; readonly broken: readonly { readonly rule: string }[] }[];
}

function assessed(...more: string[]): Assessed {
  const argv = ['assess', UPGRADE, '--repeat', PANIC, '--json', '--runs', RUNS, ...more];
  return JSON.parse(spawnSync(process.execPath, [MAIN, ...argv], { encoding: 'utf8' }).stdout) as Assessed;
}

jest.setTimeout(120_000);

describe('a procedure with one fault', () => {
  afterAll(() => {
    rmSync(RUNS, { recursive: true, force: true });
  });

  it('passes where a copy is left of every connection', () => {
    expect(assessed('--set', 'profile=lossless')).toMatchObject({
      verdict: 'pass',
      ways: [{ outcome: 'done', broken: [] }],
    });
  });

  it('fails where nothing is copied: ends that lost their connections have given up by its end', () => {
    expect(assessed('--set', 'sync.policy=never')).toMatchObject({
      verdict: 'fail',
      ways: [{ outcome: 'done', broken: [{ rule: 'connections' }] }],
    });
  });
});

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const DIR = mkdtempSync(join(tmpdir(), 'rehearsal-killed-'));

afterAll(() => rmSync(DIR, { recursive: true, force: true }));

/** Processes of this machine that carry the folder's name in their command line. */
function running(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(DIR);
    } catch {
      return false; // Gone meanwhile.
    }
  });
}

describe('a lab that is killed', () => {
  it('leaves neither a process of its fabric nor a bus behind', async () => {
    const args = ['apps/cli/dist/main.js', 'run', 'examples/experiments/steady.yaml', '--live', '--runs', DIR];
    const cli = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: cli.stderr });
    let members = 0;
    for await (const line of lines) if (/^member .* runs/.test(line) && ++members === 4) break;
    expect(running().length).toBeGreaterThan(4);
    const gone = new Promise((resolve) => cli.once('exit', resolve));
    cli.kill('SIGKILL');
    await gone;
    // The signal of the parent's death is sent by the kernel before the parent is reaped; dying takes a moment.
    const deadline = performance.now() + 20_000;
    while (running().length > 0 && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(running()).toEqual([]);
  }, 90_000);
});

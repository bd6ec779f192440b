import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './benchmark.mjs';
import { BEGAN_MS, drivenLog } from './driven-log.mjs';
import { planOf } from './recorded-log.mjs';
import { numbers } from './workload.mjs';

const root = join(import.meta.dirname, '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
const MEMBERS = 4;
const SLOTS = 512;

/** A process that reads a log and parses its commits, and does no more. */
const READ_AND_PARSE = `
  const text = require('node:fs').readFileSync(process.argv[1], 'latin1');
  let commits = 0;
  for (const line of text.split('\\n')) if (line !== '') commits += JSON.parse(line).version > 0 ? 1 : 0;
  console.log(commits);
`;

/** Ms that a process takes from its start to its end, and what it said. @param {readonly string[]} words @param {string} cwd */
function timed(words, cwd) {
  const startMs = performance.now();
  const env = { ...process.env, XDG_STATE_HOME: join(cwd, 'state') };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd, env, encoding: 'utf8' });
  const ms = performance.now() - startMs;
  if (status !== 0) throw new Error(`${words.join(' ').slice(0, 80)} ended with ${status}: ${stderr}`);
  return { ms, stdout };
}

/** The folder of a run that left this log. @param {string} folder @param {readonly Uint8Array[]} lines */
function writeRun(folder, lines) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'log.jsonl'), Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
  writeFileSync(join(folder, 'notes.jsonl'), '');
  const plan = planOf(MEMBERS, 'spread');
  const times = { startedAtMs: BEGAN_MS, endedAtMs: BEGAN_MS + lines.length * 7 };
  const code = { build: 'bench', machines: [] };
  const head = { runId: 'bench', world: 'simulated', seed: 1, ...code, ...times, faults: [], settings: plan.settings };
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...head, plan }));
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'state at a moment of 100,000 commits, cold',
    unit: 'ms',
    reach: { atMost: 1000 },
    baseline: 'reading and parsing the commits',
    run(smoke) {
      const folder = mkdtempSync(join(tmpdir(), 'rehearsal-time-travel-'));
      try {
        const run = join(folder, 'runs', 'bench');
        const lines = drivenLog({ commits: smoke ? 4_000 : 100_000, members: MEMBERS, slots: SLOTS, seed: 1 });
        writeRun(run, lines);
        const log = join(run, 'log.jsonl');
        const next = numbers(7);
        const at = (/** @type {number} */ seq) => {
          const { ms, stdout } = timed([main, 'at', run, `1:${seq}`, '--json'], folder);
          const { seq: seen } = JSON.parse(stdout);
          if (seen !== seq) throw new Error(`asked for the state at 1:${seq}, saw that at 1:${seen}`);
          return ms;
        };
        const states = join(run, 'states.jsonl');
        const nothingKeptMs = at(lines.length);
        // As a run leaves them; what is timed begins from there, and at any place of the log.
        if (!existsSync(states)) throw new Error('the first question kept no states');
        const times = Array.from({ length: smoke ? 1 : 7 }, () => at(1 + ((next() >>> 0) % lines.length)));
        const baselines = Array.from({ length: smoke ? 1 : 3 }, () => timed(['-e', READ_AND_PARSE, log], folder).ms);
        const detail = {
          commits: lines.length,
          logMegabytes: statSync(log).size / 1e6,
          worstMs: Math.max(...times),
          nothingKeptMs,
          keptMegabytes: statSync(states).size / 1e6,
        };
        return { value: median(times), baseline: median(baselines), detail };
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@rehearsal/compiler';
import { judged } from './benchmark.mjs';

const USAGE = `usage: node tools/bench/main.mjs [--smoke] [--json] [PART…]

Runs the benchmarks of every *.bench.mjs here, or of those whose file name holds a PART, each file in a process
of its own. Build the packages first (npx tsc -b). The machine should have nothing else to do: its load is printed.

  --smoke  short runs: shows that they work, not how fast
  --json   one JSON object: {smoke, node, cores, load, results: […]}

Exit code 1 when a benchmark does not come to what it has to reach, 3 when one cannot be run.
`;

const EXIT_DEVIATED = 1;
const EXIT_ENVIRONMENT = 3;

/** @typedef {import('./benchmark.mjs').Result} Result */

/** @param {string} file @param {boolean} smoke @returns {Promise<Result[]>} */
async function runFile(file, smoke) {
  const { default: benchmarks } = await import(join(import.meta.dirname, file));
  const results = [];
  for (const benchmark of benchmarks) {
    const result = judged(benchmark, await benchmark.run(smoke));
    if (!smoke && result.met === false && benchmark.costs !== undefined) result.costs = await benchmark.costs(smoke);
    results.push(result);
  }
  return results;
}

/** A file that cannot be run has said why on standard error. @param {string} file @param {boolean} smoke @returns {Result[]} */
function runInProcess(file, smoke) {
  const args = ['--expose-gc', import.meta.filename, '--file', file, ...(smoke ? ['--smoke'] : [])];
  try {
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
  } catch {
    process.stderr.write(`${file} could not be run\n`);
    process.exitCode = EXIT_ENVIRONMENT;
    return [];
  }
}

/** Processes that want to run, averaged over the last minute. */
const loadNow = () => Number((loadavg()[0] ?? 0).toFixed(2));

/** @param {Result} r */
function line(r) {
  const reach = r.reach === null ? '' : 'atMost' in r.reach ? `<= ${r.reach.atMost}` : `>= ${r.reach.atLeast}`;
  const met = r.met === null ? '' : r.met ? 'met' : 'MISSED';
  const against = r.baseline === null ? '' : `${r.ratio}x (${r.baseline.name}: ${r.baseline.value})`;
  const costs = (r.costs ?? []).map((cost) => `\n    ${cost}`).join('');
  return `${r.name.padEnd(40)}${`${r.value} ${r.unit}`.padStart(26)}  ${reach.padEnd(9)} ${met.padEnd(7)} ${against}${costs}`;
}

function options() {
  try {
    return parseArgs({
      options: {
        smoke: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        file: { type: 'string' },
      },
      allowPositionals: true,
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { values, positionals } = options();
if (values.help) process.stdout.write(USAGE);
else if (values.file !== undefined) process.stdout.write(JSON.stringify(await runFile(values.file, values.smoke)));
else {
  const all = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.mjs'));
  const files = all.filter((name) => positionals.length === 0 || positionals.some((part) => name.includes(part)));
  if (files.length === 0) {
    process.stderr.write(
      `no benchmark file has ${positionals.join(' or ')} in its name; there are ${all.join(', ')}\n`,
    );
    process.exit(2);
  }
  const before = loadNow();
  const results = files.sort().flatMap((file) => runInProcess(file, values.smoke));
  const load = { before, after: loadNow() };
  const cores = availableParallelism();
  // A short run says nothing about speed, so it cannot meet or miss a reach.
  if (values.smoke) for (const result of results) result.met = null;
  if (values.json) {
    const document = { smoke: values.smoke, node: process.version, cores, load, results };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    for (const result of results) process.stdout.write(`${line(result)}\n`);
    process.stdout.write(`load ${load.before} before and ${load.after} after, on ${cores} cores\n`);
  }
  if (results.some((result) => result.met === false)) process.exitCode ??= EXIT_DEVIATED;
}

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judged } from './benchmark.mjs';

const USAGE = `usage: node tools/bench/main.mjs [--smoke] [--json] [PART…]

Runs the benchmarks of every *.bench.mjs here, or of those whose file name holds a PART, each file in a process
of its own. Build the packages first (npx tsc -b).

  --smoke  short runs: shows that they work, not how fast
  --json   one JSON object: {smoke, node, results: […]}
`;

/** @typedef {import('./benchmark.mjs').Result} Result */

/** @param {string} file @param {boolean} smoke @returns {Promise<Result[]>} */
async function runFile(file, smoke) {
  const { default: benchmarks } = await import(join(import.meta.dirname, file));
  const results = [];
  for (const benchmark of benchmarks) results.push(judged(benchmark, await benchmark.run(smoke)));
  return results;
}

/** @param {string} file @param {boolean} smoke @returns {Result[]} */
function runInProcess(file, smoke) {
  const args = ['--expose-gc', import.meta.filename, '--file', file, ...(smoke ? ['--smoke'] : [])];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

/** @param {Result} r */
function line(r) {
  const reach = r.reach === null ? '' : 'atMost' in r.reach ? `<= ${r.reach.atMost}` : `>= ${r.reach.atLeast}`;
  const met = r.met === null ? '' : r.met ? 'met' : 'MISSED';
  const against = r.baseline === null ? '' : `${r.ratio}x (${r.against}: ${r.baseline})`;
  return `${r.name.padEnd(34)}${`${r.value} ${r.unit}`.padStart(26)}  ${reach.padEnd(9)} ${met.padEnd(7)} ${against}`;
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
  const results = files.sort().flatMap((file) => runInProcess(file, values.smoke));
  // A short run says nothing about speed, so it cannot meet or miss a reach.
  if (values.smoke) for (const result of results) result.met = null;
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ smoke: values.smoke, node: process.version, results }, null, 2)}\n`);
  } else {
    for (const result of results) process.stdout.write(`${line(result)}\n`);
  }
  if (results.some((result) => result.met === false)) process.exitCode = 1;
}

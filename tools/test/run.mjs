// Runs every check of the project and ends with one line: N passed, N failed.
// With arguments it runs only the tests Jest selects by them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../workspace/packages.mjs';
import { tally } from './tally.mjs';

const jestArgs = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'rehearse-test-'));

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.on(signal, () => child?.kill(signal));

/** @param {string[]} nodeArgs @returns {Promise<boolean>} whether it ended with exit code 0 */
function runs(nodeArgs) {
  return new Promise((resolve) => {
    child = spawn(process.execPath, nodeArgs, { cwd: root, stdio: 'inherit' });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}

/** @type {import('./tally.mjs').Check[]} */
const checks = [];
if (jestArgs.length === 0) {
  /** @type {[string, string[]][]} */
  const tools = [
    ['format', ['node_modules/oxfmt/bin/oxfmt', '--check']],
    ['lint', ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings']],
    ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ];
  for (const [name, args] of tools) {
    const passed = await runs(args);
    console.log(passed ? `PASS ${name}` : `FAIL ${name}; again with: node ${args.join(' ')}`);
    checks.push({ name, passed });
  }
}

const resultFile = join(scratch, 'jest.json');
const exitedCleanly = await runs([
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--json',
  '--maxWorkers=2',
  `--outputFile=${resultFile}`,
  ...jestArgs,
]);
/** @type {import('./tally.mjs').JestResult | undefined} */
let result;
try {
  result = JSON.parse(readFileSync(resultFile, 'utf8'));
} catch {
  console.log('Jest wrote no result; its reason stands above.');
}
rmSync(scratch, { recursive: true });

const { passed, failed, remarks } = tally(checks, result, exitedCleanly, jestArgs.length > 0);
for (const remark of remarks) console.log(remark);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

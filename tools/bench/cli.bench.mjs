import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './benchmark.mjs';

const root = join(import.meta.dirname, '..', '..');
const rehearse = join(root, 'rehearse');
const fabric = join(root, 'examples', 'fabrics', 'single-site.fabric.yaml');
const experiment = join(root, 'examples', 'experiments', 'kernel-panic.yaml');
const MS_PER_SEC = 1000;

/** A folder of its own, where nothing runs. @template T @param {(folder: string, env: NodeJS.ProcessEnv) => Promise<T>} use */
async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-cli-'));
  try {
    return await use(folder, { ...process.env, XDG_STATE_HOME: join(folder, 'state') });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Ms from the start of the command, its shell script included, to the first thing it says.
 * @param {readonly string[]} words @param {string} cwd @param {NodeJS.ProcessEnv} env @returns {Promise<number>}
 */
function firstOutputMs(words, cwd, env) {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(rehearse, words, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => resolve(performance.now() - startMs));
    child.stdout.resume();
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`rehearse ${words.join(' ')} said nothing (exit code ${code})`)));
  });
}

/** Ms a bare Node takes to say something. @returns {Promise<number>} */
function bareMs() {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(process.execPath, ['-e', 'console.log(1)'], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => resolve(performance.now() - startMs));
    child.once('error', reject);
  });
}

/** @param {boolean} smoke @param {() => Promise<number>} once */
async function medianOf(smoke, once) {
  const times = [];
  // The first start compiles.
  await once();
  for (let i = 0; i < (smoke ? 1 : 11); i++) times.push(await once());
  return median(times);
}

/**
 * The slowest of some command lines, from start to first output.
 * @param {string} name @param {number} atMost @param {readonly (readonly string[])[]} lines
 * @param {{before?: readonly string[], after?: readonly string[]}} [around] what is carried out before and after, for them to read
 * @returns {import('./benchmark.mjs').Benchmark}
 */
function starts(name, atMost, lines, { before, after } = {}) {
  return {
    name,
    unit: 'ms',
    reach: { atMost },
    baseline: 'a bare Node',
    run: (smoke) =>
      withFolder(async (folder, env) => {
        writeFileSync(join(folder, 'small.yaml'), 'fabric: small\nsecurityGroups: {SG1: {members: 2}}\n');
        if (before !== undefined) must(before, folder, env);
        try {
          /** @type {Record<string, number>} */
          const detail = {};
          for (const words of lines) {
            const shown = words.filter((w) => w !== fabric).join(' ');
            detail[shown] = Math.round(await medianOf(smoke, () => firstOutputMs(words, folder, env)));
          }
          return { value: Math.max(...Object.values(detail)), baseline: await medianOf(smoke, bareMs), detail };
        } finally {
          if (after !== undefined) must(after, folder, env);
        }
      }),
  };
}

/** @param {readonly string[]} words @param {string} cwd @param {NodeJS.ProcessEnv} env */
function must(words, cwd, env) {
  const { status, stdout, stderr } = spawnSync(rehearse, [...words], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`rehearse ${words.join(' ')}: exit code ${status}: ${stderr}`);
  return stdout;
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  starts('help, the slowest of three', 150, [['--help'], ['status', '--help'], ['run', '--help']]),
  starts('first output of reading verbs, the slowest', 300, [
    ['settings'],
    ['inspect', fabric],
    ['validate', fabric],
    ['completion', 'bash'],
  ]),
  starts(
    'first output about a finished run, the slowest',
    300,
    [
      ['at', 'latest', 'end', '--', 'asg', 'stat', '-v'],
      ['log', 'latest', '--last', '5'],
      ['losses', 'latest'],
    ],
    { before: ['run', experiment, '--sim'] },
  ),
  starts(
    'first output of a fabric that is up, the slowest',
    300,
    [['status'], ['log', '--last', '5'], ['settings'], ['exec', '--', 'asg', 'stat', '-v'], ['env']],
    { before: ['up', 'small.yaml'], after: ['down'] },
  ),
  {
    name: 'up of the demo fabric, and status of it',
    unit: 's',
    reach: { atMost: 8 },
    run: (smoke) =>
      withFolder(async (folder, env) => {
        const small = join(folder, 'small.fabric.yaml');
        writeFileSync(small, 'fabric: small\nsecurityGroups: {SG1: {members: 2}}\n');
        const file = smoke ? small : fabric;
        const times = [];
        let statusMs = 0;
        let logMs = 0;
        for (let i = 0; i < (smoke ? 1 : 3); i++) {
          const startMs = performance.now();
          must(['up', file], folder, env);
          times.push((performance.now() - startMs) / MS_PER_SEC);
          statusMs = await medianOf(smoke, () => firstOutputMs(['status'], folder, env));
          logMs = await medianOf(smoke, () => firstOutputMs(['log', '--last', '5'], folder, env));
          must(['down'], folder, env);
        }
        return { value: median(times), detail: { statusMs: Math.round(statusMs), logMs: Math.round(logMs) } };
      }),
  },
];

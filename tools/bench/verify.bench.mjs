import { hypersync } from '@rehearsal/hypersync';
import { sha256Hex } from '@rehearsal/kernel';
import { runMachine } from '@rehearsal/lab-port';
import { verifyRun } from '@rehearsal/replay';
import { securityGroup } from '@rehearsal/security-group';
import { nsPerOperation } from './benchmark.mjs';
import { recordedLog } from './recorded-log.mjs';

/** @typedef {import('@rehearsal/kernel').AnyMachine} AnyMachine */
/** @typedef {{lines: Uint8Array[], seal: import('@rehearsal/kernel').Seal}} Sealed */

const MACHINES = /** @type {Record<string, AnyMachine>} */ (
  /** @type {unknown} */ ({ 'security-group': securityGroup, hypersync, run: runMachine })
);

/** A small, a middling and the largest group of a site. */
const RUNS = /** @type {const} */ ([
  { members: 4, placement: 'spread', seed: 1, commits: 900 },
  { members: 8, placement: 'pairs', seed: 2, commits: 600 },
  { members: 14, placement: 'spread', seed: 3, commits: 600 },
]);

/** @param {readonly Sealed[]} logs */
function verifyAll(logs) {
  for (const { lines, seal } of logs) {
    const { kind, decided, first } = verifyRun({ lines, seal, machines: MACHINES });
    if (kind !== 'ok' || decided !== lines.length) throw new Error(`a log does not hold: ${JSON.stringify(first)}`);
  }
}

/** @param {readonly Sealed[]} logs */
function hashAll(logs) {
  let length = 0;
  for (const { lines } of logs) for (const line of lines) length += sha256Hex(line).length;
  return length;
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'verify: read, hash, decide, fold',
    unit: 'commits/s',
    reach: { atLeast: 20_000 },
    baseline: 'only hash the same bytes',
    async run(smoke) {
      const encoder = new TextEncoder();
      const logs = [];
      for (const run of smoke ? RUNS.slice(0, 1) : RUNS) {
        const { log, seal } = await recordedLog(smoke ? { ...run, commits: 100 } : run);
        logs.push({ lines: log.map((line) => encoder.encode(line)), seal });
      }
      const commits = logs.reduce((sum, { lines }) => sum + lines.length, 0);
      const bytes = logs.reduce((sum, { lines }) => sum + lines.reduce((all, line) => all + line.length, 0), 0);
      const effort = smoke ? { warmMs: 0, stretches: 1, rounds: 1 } : { warmMs: 2000, stretches: 3, rounds: 7 };
      const value = 1e9 / nsPerOperation(commits, effort, verifyAll, logs);
      const baseline = 1e9 / nsPerOperation(commits, effort, hashAll, logs);
      return { value, baseline, detail: { commits, bytesPerCommit: bytes / commits } };
    },
  },
];

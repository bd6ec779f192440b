import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{id: number, callFrame: {functionName: string, url: string, lineNumber: number}}} ProfileNode */
/** @typedef {{nodes: ProfileNode[], startTime: number, samples: number[], timeDeltas: number[]}} Profile */
/** What is measured, on the clock of profiles: not how a process starts, tells what it counted, and ends. @typedef {{fromUs: number, toUs: number}} Stretch */
/** @typedef {{share: number, what: string}} Cost share of the time the process was not idle */

const OUTSIDE_JAVASCRIPT = '(program)';
const IDLE = '(idle)';

/** Flags that make a Node process write a profile into `dir` when it ends. @param {string} dir */
export const profileFlags = (dir) => ['--cpu-prof', `--cpu-prof-dir=${dir}`];

/** @param {ProfileNode} node */
function nameOf({ callFrame: { functionName, url, lineNumber } }) {
  if (functionName === OUTSIDE_JAVASCRIPT) return 'system calls and other native code';
  if (functionName.startsWith('(')) return functionName.slice(1, -1);
  const file = url.split('/').slice(-3).join('/').replace('/dist/', '/');
  return `${functionName || 'anonymous'} ${file}:${lineNumber + 1}`;
}

/** Now, on the clock of profiles: microseconds of the machine's own clock, the same in every process. */
export const profileClockUs = () => Number(process.hrtime.bigint() / 1000n);

/** Microseconds by function within a stretch of time, without what it calls. @param {Profile[]} profiles @param {Stretch} stretch */
function selfTime(profiles, { fromUs, toUs }) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { nodes, startTime, samples, timeDeltas } of profiles) {
    const names = new Map(nodes.map((node) => [node.id, node.callFrame.functionName === IDLE ? '' : nameOf(node)]));
    let atUs = startTime;
    for (const [i, id] of samples.entries()) {
      const us = Number(timeDeltas[i]);
      atUs += us;
      const name = names.get(id);
      if (name && atUs >= fromUs && atUs <= toUs) times.set(name, (times.get(name) ?? 0) + us);
    }
  }
  return times;
}

/**
 * The greatest costs of each kind of process within a stretch of time, out of the profiles in `dir`.
 * @param {string} dir @param {import('./usage.mjs').Pids} pids @param {Stretch} stretch @param {number} [most]
 */
export function topCosts(dir, pids, stretch, most = 3) {
  const files = readdirSync(dir).filter((name) => name.endsWith('.cpuprofile'));
  /** @type {Record<string, Cost[]>} */
  const costs = {};
  for (const [kind, ids] of Object.entries(pids)) {
    const own = files.filter((name) => ids.some((pid) => name.split('.').includes(String(pid))));
    const times = selfTime(
      own.map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8'))),
      stretch,
    );
    const all = [...times.values()].reduce((sum, us) => sum + us, 0);
    const sorted = [...times].sort(([, a], [, b]) => b - a).slice(0, most);
    if (all > 0) costs[kind] = sorted.map(([what, us]) => ({ share: Number((us / all).toFixed(3)), what }));
  }
  return costs;
}

/** One line for each kind of process. @param {Record<string, Cost[]>} costs */
export function costLines(costs) {
  return Object.entries(costs).map(
    ([kind, own]) => `${kind}: ${own.map((c) => `${Math.round(c.share * 100)} % ${c.what}`).join('; ')}`,
  );
}

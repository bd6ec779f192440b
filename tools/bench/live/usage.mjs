import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_SEC = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const KB_PER_MB = 1024;

/** @param {number} pid @param {number} user index of the field of user mode; system mode's comes after it */
function secondsAt(pid, user) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold blanks; user time is the 12th field after it, system time the 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[user]) + Number(fields[user + 1])) / TICKS_PER_SEC;
}

/** CPU seconds a process has used in user and system mode since it began. @param {number} pid */
export const cpuSeconds = (pid) => secondsAt(pid, 11);

/** CPU seconds of all processes that this one started, and those these started, as far as they have ended. */
export const cpuSecondsOfEnded = () => secondsAt(process.pid, 13);

/** Resident memory of a process in MB, libraries and the program's text included. @param {number} pid */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / KB_PER_MB;
}

/** Processes by what they do, for example `member: [pid, pid]`. @typedef {Readonly<Record<string, readonly number[]>>} Pids */

/** Starts a measurement; the returned function ends it and says how many cores each kind of process used. @param {Pids} pids */
export function measureCores(pids) {
  /** @param {readonly number[]} ids */
  const used = (ids) => ids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const kinds = Object.entries(pids);
  const before = kinds.map(([, ids]) => used(ids));
  const startMs = performance.now();
  return () => {
    const seconds = (performance.now() - startMs) / 1000;
    /** @type {Record<string, number>} */
    const cores = {};
    for (const [i, [kind, ids]] of kinds.entries()) cores[kind] = (used(ids) - Number(before[i])) / seconds;
    return { seconds, cores, inAll: Object.values(cores).reduce((sum, c) => sum + c, 0) };
  };
}

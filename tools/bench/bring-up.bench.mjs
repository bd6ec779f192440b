import { median } from './benchmark.mjs';
import { withFabric } from './live/fabric.mjs';
import { cpuSeconds, measureCores, residentMb } from './live/usage.mjs';
import { withRawNet } from './raw/net.mjs';

const DEMO_MEMBERS = 4;
/** Two orchestrators, sync and the outside world. */
const OTHERS = 4;
const MS_PER_SEC = 1000;

const FULL = { rounds: 3, members: 30, settleMs: 5_000, measureMs: 20_000 };
const SHORT = { rounds: 1, members: 6, settleMs: 500, measureMs: 2_000 };

/** Seconds until every process takes part and every slot has a backup in step. @param {number} members */
async function bringUp(members) {
  const startMs = performance.now();
  return withFabric({ members }, async () => (performance.now() - startMs) / MS_PER_SEC);
}

/** Seconds until as many bare processes are connected to a bare bus. @param {number} processes */
async function rawBringUp(processes) {
  const startMs = performance.now();
  return withRawNet(async (net) => {
    await Promise.all(Array.from({ length: processes }, () => net.ready('idle')));
    return (performance.now() - startMs) / MS_PER_SEC;
  });
}

/** @typedef {'vendor' | 'lossless'} Profile */

/** What members cost that have nothing to do. @param {Profile} profile @param {typeof FULL} effort */
function idleMembers(profile, { members, settleMs, measureMs }) {
  const set = { 'limit.membersPerSite': members };
  return withFabric({ profile, members, set }, async (fabric) => {
    await fabric.lab.waitMs(settleMs);
    const pids = await fabric.pids();
    const used = measureCores(pids);
    await fabric.lab.waitMs(measureMs);
    const { cores } = used();
    const { members: rows } = await fabric.lab.status();
    const active = rows.filter((row) => row.state === 'ACTIVE').length;
    if (active !== members) throw new Error(`expected ${members} idle members, saw ${active} active`);
    return {
      cores: Number(cores.members),
      orchestrators: Number(cores.orchestrators),
      bus: Number(cores.bus),
      mbEach: Math.max(...pids.members.map(residentMb)),
    };
  });
}

/** The same of bare processes that are connected and do nothing. @param {typeof FULL} effort */
function rawIdle({ members, settleMs, measureMs }) {
  return withRawNet(async (net) => {
    const idle = await Promise.all(Array.from({ length: members }, () => net.ready('idle')));
    const pids = idle.map(({ pid }) => pid);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const before = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    await new Promise((resolve) => setTimeout(resolve, measureMs));
    const seconds = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0) - before;
    return { cores: (seconds * MS_PER_SEC) / measureMs, mbEach: Math.max(...pids.map(residentMb)) };
  });
}

/** @param {Profile} profile @param {boolean} smoke */
async function measureIdle(profile, smoke) {
  const effort = smoke ? SHORT : FULL;
  const runs = [];
  const raws = [];
  for (let round = 0; round < effort.rounds; round++) {
    runs.push(await idleMembers(profile, effort));
    raws.push(await rawIdle(effort));
  }
  return {
    cores: median(runs.map((r) => r.cores)),
    mbEach: median(runs.map((r) => r.mbEach)),
    rawCores: median(raws.map((r) => r.cores)),
    rawMbEach: median(raws.map((r) => r.mbEach)),
    detail: {
      members: effort.members,
      orchestratorsCores: median(runs.map((r) => r.orchestrators)),
      busCores: median(runs.map((r) => r.bus)),
    },
  };
}

/** @type {Map<Profile, ReturnType<typeof measureIdle>>} */
const idle = new Map();
/** Two figures come from the same runs. @param {Profile} profile @param {boolean} smoke */
function once(profile, smoke) {
  const known = idle.get(profile) ?? measureIdle(profile, smoke);
  idle.set(profile, known);
  return known;
}

/** @param {Profile} profile @returns {import('./benchmark.mjs').Benchmark[]} */
const idleFigures = (profile) => [
  {
    name: `30 idle members, ${profile}`,
    unit: 'cores',
    reach: { atMost: 0.25 },
    baseline: 'as many bare processes',
    async run(smoke) {
      const { cores, rawCores, detail } = await once(profile, smoke);
      return { value: cores, baseline: rawCores, detail };
    },
  },
  {
    name: `30 idle members, the largest, ${profile}`,
    unit: 'MB resident',
    reach: { atMost: 120 },
    baseline: 'the largest of as many bare processes',
    async run(smoke) {
      const { mbEach, rawMbEach } = await once(profile, smoke);
      return { value: mbEach, baseline: rawMbEach };
    },
  },
];

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'bring-up, 4 members',
    unit: 's',
    reach: { atMost: 8 },
    baseline: 'as many bare processes',
    async run(smoke) {
      const runs = [];
      const raws = [];
      for (let round = 0; round < (smoke ? 1 : FULL.rounds); round++) {
        runs.push(await bringUp(DEMO_MEMBERS));
        raws.push(await rawBringUp(DEMO_MEMBERS + OTHERS));
      }
      return { value: median(runs), baseline: median(raws) };
    },
  },
  ...idleFigures('vendor'),
  ...idleFigures('lossless'),
];

import { join } from 'node:path';
import { loadFabric } from '@rehearsal/fabric';
import { OUTSIDE } from './fabric.mjs';
import { simulatedPlan } from './simulated.mjs';
import { web } from './traffic.mjs';
import { cpuSeconds } from './usage.mjs';

const FABRICS = join(import.meta.dirname, '..', '..', '..', 'examples', 'fabrics');
const CONDUCTOR = /** @type {const} */ ({ role: 'upgrade-conductor', id: '1' });
const PACKAGE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
const LIGHT = { connections: 50, packetsPerSec: 2, durationMs: 2 * 3_600_000 };
const UP_WITHIN_MS = 300_000;
const DONE_WITHIN_MS = 7_200_000;
const MS_PER_SEC = 1000;

/** Installations and reboots of seconds: only to see that it works. */
export const SHORT = { 'upgrade.installSec': 5, 'upgrade.rebootSec': 5 };

/** @typedef {import('@rehearsal/simulator').SimLab} SimLab */
/** What is other than the fabric file says. @typedef {{overrides?: Record<string, unknown>, profile?: 'vendor' | 'lossless'}} Changes */
/** @typedef {{sec: number, cpuSec: number, virtualSec: number}} Took */

/**
 * What a stretch of a fabric's life takes, from before it is brought up.
 * @param {string} file @param {Changes} changes @param {(lab: SimLab) => Promise<unknown>} live @returns {Promise<Took>}
 */
async function took(file, { overrides = {}, profile }, live) {
  const startMs = performance.now();
  const cpuBefore = cpuSeconds(process.pid);
  const lab = simulatedPlan(loadFabric(join(FABRICS, file), { overrides, ...(profile && { profile }) }), 1);
  const beganMs = lab.nowMs();
  await lab.up();
  await lab.waitUntil({ name: 'balanced', until: { equals: true } }, UP_WITHIN_MS);
  await lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, UP_WITHIN_MS);
  await live(lab);
  const virtualSec = (lab.nowMs() - beganMs) / MS_PER_SEC;
  await lab.down();
  return { sec: (performance.now() - startMs) / MS_PER_SEC, cpuSec: cpuSeconds(process.pid) - cpuBefore, virtualSec };
}

/**
 * A jumbo is installed on one group after the other while 50 connections send now and then, none of which may be lost.
 * @param {string} file @param {Changes} [changes]
 */
export const upgraded = (file, changes = {}) =>
  took(file, changes, async (lab) => {
    await must(lab, OUTSIDE, 'start', { plan: web(LIGHT) });
    await must(lab, CONDUCTOR, 'upgrade', { package: PACKAGE });
    await lab.waitUntil({ name: 'upgrade-status', until: { equals: 'done' } }, DONE_WITHIN_MS);
    const { packets, connections } = await lab.ledger();
    const lost = packets.lost + connections.lost;
    if (packets.delivered === 0 || lost > 0) throw new Error(`expected packets and none lost, saw ${lost} lost`);
  });

/** Nobody sends and nothing happens. @param {string} file @param {number} virtualSec @param {Changes} [changes] */
export const idled = (file, virtualSec, changes = {}) =>
  took(file, changes, (lab) => lab.waitMs(virtualSec * MS_PER_SEC));

/** @param {SimLab} lab @param {import('@rehearsal/lab-port').Target} target @param {string} name @param {Record<string, unknown>} args */
async function must(lab, target, name, args) {
  const reply = await lab.command(target, { name, args });
  if (!reply.ok) throw new Error(`${name}: ${reply.reason}`);
}

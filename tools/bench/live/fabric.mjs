import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveSettings } from '@rehearsal/kernel';
import { ProcessLab } from '@rehearsal/processes';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ORCHESTRATORS = ['1_1', '1_2'];
const SETTLE_WITHIN_MS = 60_000;
const INTERFACES = { inside: 'general', outside: 'general' };
export const OUTSIDE = /** @type {const} */ ({ role: 'outside-world', id: 'outside' });

/** @typedef {import('@rehearsal/processes').ProcessLabParts['plan']} Plan */
/** @typedef {{profile?: 'vendor' | 'lossless', members?: number, set?: Record<string, unknown>, nodeFlags?: string[]}} Options */

/** @param {string} app */
const main = (app) => join(ROOT, 'apps', app, 'dist', 'main.js');

/** @param {number} n */
export const memberId = (n) => `1_${String(n).padStart(2, '0')}`;

/** The plan of a site: two orchestrators, that many members, every packet accepted. @param {Options} options */
export function fabricPlan({ profile = 'lossless', members = 4, set = {} }) {
  const settings = resolveSettings(profile, set);
  const group = Array.from({ length: members }, (_, i) => ({ id: memberId(i + 1), weight: 1, model: '', cores: 1 }));
  const about = { name: 'SG1', release: '', take: 0, address: '198.51.100.10/24', interfaces: [] };
  /** @param {Plan['roles'][number]['role']} role @param {string} id */
  const at = (role, id) => ({ role, id, subject: `data.${role}.${id}` });
  /** @type {Plan} */
  const plan = {
    fabric: 'bench',
    site: 1,
    profile,
    settings,
    orchestrators: ORCHESTRATORS,
    securityGroup: { ...about, members: group },
    policy: null,
    traffic: { connections: 0, packetsPerSec: 0, mix: {}, captures: [] },
    packages: [],
    roles: [
      at('sync', '1'),
      ...ORCHESTRATORS.map((id) => at('orchestrator', id)),
      ...group.map(({ id }) => at('member', id)),
      { role: 'outside-world', id: 'outside', subject: 'data.outside' },
    ],
  };
  return plan;
}

/** A fabric of real processes over a real bus, for one measurement. */
export class Fabric {
  /** @param {ProcessLab} lab @param {string} dir */
  constructor(lab, dir) {
    this.lab = lab;
    this.dir = dir;
  }

  /** Every slot has a backup in step and none is on its way to another member. */
  async settled() {
    await this.lab.waitUntil({ name: 'balanced', until: { equals: true } }, SETTLE_WITHIN_MS);
    await this.lab.waitUntil({ name: 'exposed-slots', until: { equals: 0 } }, SETTLE_WITHIN_MS);
  }

  /** The fabric's processes by kind, the bus among them; without those that have been killed. */
  async pids() {
    const { members, orchestrators, sync, traffic } = await this.lab.status();
    const pid = (/** @type {{pid: number | null}} */ row) => row.pid ?? [];
    return {
      outside: [traffic].flatMap(pid),
      orchestrators: orchestrators.flatMap(pid),
      members: members.flatMap(pid),
      sync: [sync].flatMap(pid),
      bus: [this.busPid()],
    };
  }

  /** The server names the file with its ports after its own process. */
  busPid() {
    const name = readdirSync(join(this.dir, 'bus', 'ports')).find((file) => file.endsWith('.ports'));
    return Number(/_(\d+)\.ports$/.exec(String(name))?.[1]);
  }

  /** @param {string} name @param {Record<string, unknown>} [args] @param {number} [timeoutMs] */
  async outside(name, args = {}, timeoutMs = 60_000) {
    const reply = await this.lab.command(OUTSIDE, { name, args }, timeoutMs);
    if (!reply.ok) throw new Error(`${name}: ${reply.reason}`);
    return /** @type {any} */ (reply.body);
  }

  /** @param {Record<string, unknown>} plan see the traffic section of a fabric file */
  start(plan) {
    return this.outside('start', { plan });
  }

  /** @param {string} name */
  mark(name) {
    return this.outside('mark', { name });
  }

  /** What became of every packet so far. @returns {Promise<any>} */
  ledger() {
    return this.outside('ledger');
  }

  /** The site's log, commit by commit; ends the run. */
  async record() {
    const record = await this.lab.collect();
    const commits = record.log.map((line) => JSON.parse(line));
    return { record, commits };
  }
}

/**
 * Brings a fabric up in a folder of its own, hands it on, and takes it down, whatever happens.
 * @template T
 * @param {Options} options @param {(fabric: Fabric) => Promise<T>} body @returns {Promise<T>}
 */
export async function withFabric(options, body) {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  const lab = new ProcessLab({
    plan: fabricPlan(options),
    runId: 'bench',
    dir,
    mains: {
      orchestrator: main('orchestrator'),
      member: main('sgm'),
      sync: main('sync'),
      'outside-world': main('traffic'),
      'upgrade-conductor': main('upgrade'),
    },
    build: 'bench',
    nodeFlags: options.nodeFlags ?? [],
    extra: ({ role }) => (role === 'outside-world' ? { captures: [] } : { policy: null, interfaces: INTERFACES }),
  });
  try {
    await lab.up();
    const fabric = new Fabric(lab, dir);
    await fabric.settled();
    return await body(fabric);
  } finally {
    await lab.down();
    rmSync(dir, { recursive: true, force: true });
  }
}

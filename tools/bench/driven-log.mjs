import { encodeCommit, intentsOf, sha256Hex } from '@rehearsal/kernel';
import { hypersync } from '@rehearsal/hypersync';
import { runMachine } from '@rehearsal/lab-port';
import { memberNumber, memberOf, securityGroup } from '@rehearsal/security-group';
import { numbers } from './workload.mjs';

/** @typedef {import('@rehearsal/kernel').Event} Event */
/** @typedef {import('@rehearsal/kernel').Input} Input */
/** @typedef {import('@rehearsal/kernel').Machine<any, any, any>} AnyMachine */
/** @typedef {{readonly type: string, readonly from: Input['from'], readonly [field: string]: unknown}} Told */

const GROUP = 'security-group.SG1';
const SYNC = 'hypersync.SG1';
export const BEGAN_MS = 1_704_067_200_000;
const ORCHESTRATORS = ['1_1', '1_2'];
const RULES = {
  drain: true,
  culThresholdPercent: 80,
  culOffMs: 10_000,
  freezeOnInstallMs: 0,
  lockstep: true,
  installWithinMs: 60_000,
};

/** Decides by the real machines what is told to them, and keeps the commits as a site's log has them. */
class DrivenLog {
  /** @type {Uint8Array[]} */
  lines = [];
  ms = BEGAN_MS;
  /** @type {Map<string, {machine: AnyMachine, state: any, version: number, hash: string}>} */
  #streams = new Map();

  constructor() {
    for (const [name, machine] of /** @type {const} */ ([
      ['run.bench', runMachine],
      [GROUP, securityGroup],
      [SYNC, hypersync],
    ])) {
      this.#streams.set(name, { machine, state: machine.initial, version: 0, hash: '' });
    }
  }

  /** @param {string} stream */
  stateOf(stream) {
    return this.#streams.get(stream)?.state;
  }

  /**
   * Decides one input, and whatever follows from it in other streams.
   * @param {string} name @param {Told} told @param {{id: string, cause: string}} [intent]
   */
  tell(name, told, intent) {
    const stream = this.#streams.get(name);
    if (stream === undefined) throw new Error(`there is no stream ${name}`);
    const { machine } = stream;
    this.ms += 7;
    const at = this.ms;
    const input = { id: `i${this.lines.length}`, at, ...told, ...(intent !== undefined && { id: intent.id }) };
    const events = /** @type {Event[]} */ (machine.decide(stream.state, input));
    if (events.length === 0 && input.from === 'observation') return;
    const version = ++stream.version;
    const commit = {
      id: `1_1.1.${this.lines.length}`,
      stream: name,
      version,
      prev: stream.hash,
      input,
      events,
      ...(intent !== undefined && { cause: intent.cause }),
      principal: { name: 'orchestrator.1_1', known: /** @type {const} */ ('service') },
      build: 'bench',
      time: { ms: at, count: 0 },
    };
    const bytes = encodeCommit(commit);
    stream.hash = sha256Hex(bytes);
    this.lines.push(bytes);
    for (const event of events) stream.state = machine.evolve(stream.state, event);
    for (const { to, request } of intentsOf(commit, machine.react, commit.principal)) {
      const { id, at: _at, ...input } = request.input;
      this.tell(to, /** @type {Told} */ (/** @type {unknown} */ (input)), { id, cause: request.cause ?? '' });
    }
  }
}

/**
 * A log of at least so many commits, decided by the machines of a fabric: members are lost, come back and come in step
 * slot by slot, orchestrators restart, operators take members down and let them in again.
 * @param {{commits: number, members: number, slots: number, seed: number}} size
 * @returns {Uint8Array[]}
 */
export function drivenLog({ commits, members, slots, seed }) {
  const log = new DrivenLog();
  const next = numbers(seed);
  /** @param {number} n */
  const pick = (n) => (next() >>> 0) % n;
  const ids = Array.from({ length: members }, (_, i) => `1_${String(i + 1).padStart(2, '0')}`);
  const lives = new Map([...ids, ...ORCHESTRATORS].map((id) => [id, 100]));
  const observed = /** @type {const} */ ('observation');
  const ordered = /** @type {const} */ ('command');
  const group = () => log.stateOf(GROUP);
  /** @param {string} id @param {number} silentMs */
  const silent = (id, silentMs) => {
    const { incarnation } = group().members[memberNumber(group(), id) - 1];
    const evidence = { silentMs };
    log.tell(GROUP, { type: 'memberSilent', from: observed, member: id, incarnation, reason: 'silence', evidence });
  };
  /** @param {string} member */
  const seen = (member) => {
    const incarnation = (lives.get(member) ?? 0) + 1;
    lives.set(member, incarnation);
    log.tell(GROUP, { type: 'memberSeen', from: observed, member, incarnation, orchestrator: '1_1', evidence: {} });
  };
  /** All copies that are due are made, a pair of members at a time. */
  const copy = () => {
    for (let left = slots * 8; left > 0; left--) {
      const { due, tableVersion } = log.stateOf(SYNC);
      const state = group();
      const first = /** @type {number[]} */ (due).findIndex((to, slot) => to !== 0 && state.joining[slot] === to);
      if (first < 0) return;
      const [from, to] = [state.active[first], due[first]];
      const mine = /** @type {number[]} */ (due).flatMap((n, slot) =>
        n === to && state.active[slot] === from ? [slot] : [],
      );
      log.tell(SYNC, {
        type: 'copied',
        from: observed,
        member: memberOf(state, to),
        incarnation: state.members[to - 1].incarnation,
        active: memberOf(state, from),
        activeIncarnation: state.members[from - 1].incarnation,
        slots: mine,
        version: tableVersion,
        connections: mine.length * 3,
      });
      if (log.stateOf(SYNC).due[first] === to && log.stateOf(SYNC).tableVersion === tableVersion) return;
    }
  };
  const config = { members: ids.map((id) => ({ id, weight: 1 })), orchestrators: ORCHESTRATORS, slots };
  const rules = { placement: 'spread', requireInStep: true, rules: RULES };
  const interfaces = { inside: 'user', outside: 'network' };
  const opened = { runId: 'bench', fabric: 'bench', profile: 'vendor', world: 'simulated', settings: {} };
  log.tell('run.bench', { type: 'open', from: ordered, ...opened });
  log.tell(GROUP, { type: 'configure', from: ordered, config: { ...config, ...rules, interfaces } });
  log.tell(SYNC, { type: 'configure', from: ordered, config: { members: ids, slots, progressStepPercent: 25 } });
  for (const orchestrator of ORCHESTRATORS) {
    log.tell(GROUP, { type: 'orchestratorSeen', from: observed, orchestrator, incarnation: 100, evidence: {} });
  }
  for (const id of ids) seen(id);
  copy();
  while (log.lines.length < commits) {
    const id = ids[pick(members)] ?? '';
    const what = pick(10);
    if (what === 0) {
      const state = pick(2) === 0 ? 'on' : 'off';
      log.tell(GROUP, { type: 'setAutoClone', from: ordered, state });
    } else if (what === 1) {
      const orchestrator = ORCHESTRATORS[pick(2)] ?? '';
      const incarnation = lives.get(orchestrator) ?? 0;
      const who = { orchestrator, incarnation };
      log.tell(GROUP, { type: 'orchestratorSilent', from: observed, ...who, reason: 'silence', evidence: {} });
      lives.set(orchestrator, incarnation + 1);
      const again = { orchestrator, incarnation: incarnation + 1, evidence: {} };
      log.tell(GROUP, { type: 'orchestratorSeen', from: observed, ...again });
    } else {
      silent(id, 250 + pick(100));
      if (what === 2) silent(ids[pick(members)] ?? '', 300);
      copy();
      for (const [i, { status }] of group().members.entries()) if (status === 'out') seen(ids[i] ?? '');
      copy();
    }
  }
  return log.lines;
}

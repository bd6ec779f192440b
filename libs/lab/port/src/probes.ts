import { deferredRules } from './deferral.js';
import { LabError } from './lab-error.js';
import type { Lab, ProbeReading, WaitFor } from './lab.js';
import type { LabStatus, ProcessStatus } from './status.js';

type Args = Readonly<Record<string, unknown>>;
type Look = Pick<Lab, 'status' | 'ledger' | 'logUsage' | 'nowMs'>;

interface Probe {
  readonly about: string;
  /** Argument names, all of them required. */
  readonly args: readonly string[];
  read(lab: Look, args: Args): Promise<unknown>;
}

function processes(status: LabStatus): ProcessStatus[] {
  return [...status.orchestrators, ...status.members, status.sync, status.traffic];
}

/** The least any running orchestrator says: a fabric is as well as the worst view of it. */
function fromOrchestrators(status: LabStatus, read: (detail: Args) => unknown, worst: 'least' | 'most'): number {
  const values = status.orchestrators
    .filter((o) => o.process === 'running')
    .map((o) => read(o.detail))
    .filter((v) => typeof v === 'number');
  if (values.length === 0) return worst === 'least' ? 0 : Number.MAX_SAFE_INTEGER;
  return worst === 'least' ? Math.min(...values) : Math.max(...values);
}

const isActive = (p: ProcessStatus): boolean => p.process === 'running' && p.state === 'ACTIVE';

const activeMembers = (d: Args): unknown => (Array.isArray(d['activeMembers']) ? d['activeMembers'].length : undefined);

/** Every probe of a lab; both worlds read them through status and ledger alone. */
export const PROBES: Readonly<Record<string, Probe>> = {
  ready: {
    about: 'true when every process runs and says it is ready',
    args: [],
    read: async (lab) => processes(await lab.status()).every((p) => p.process === 'running' && p.ready),
  },
  'processes-running': {
    about: 'how many processes run',
    args: [],
    read: async (lab) => processes(await lab.status()).filter((p) => p.process === 'running').length,
  },
  'members-active': {
    about: 'how many members are active, in the view of the orchestrator that counts fewest',
    args: [],
    read: async (lab) => fromOrchestrators(await lab.status(), activeMembers, 'least'),
  },
  'exposed-slots': {
    about: 'how many slots have no backup in step, in the view of the orchestrator that counts most',
    args: [],
    read: async (lab) => fromOrchestrators(await lab.status(), (d) => d['exposedSlots'], 'most'),
  },
  balanced: {
    about: 'true when no slot is on its way to another member',
    args: [],
    read: async (lab) => {
      const up = (await lab.status()).orchestrators.filter((o) => o.process === 'running');
      return up.length > 0 && up.every((o) => o.detail['balanced'] === true);
    },
  },
  deferring: {
    about: 'true while connections of rules that are not critical are deferred, in the view of any orchestrator',
    args: [],
    read: async (lab) => deferredRules(await lab.status()).length > 0,
  },
  'under-load': {
    about: 'true while the group counts as under load, in the view of any orchestrator',
    args: [],
    read: async (lab) => (await lab.status()).orchestrators.some((o) => o.detail['underLoad'] === true),
  },
  'orchestrators-active': {
    about: 'how many orchestrators run and call themselves ACTIVE',
    args: [],
    read: async (lab) => (await lab.status()).orchestrators.filter(isActive).length,
  },
  'versions-agree': {
    about: 'true when all orchestrators that run act on the same slot table',
    args: [],
    read: async (lab) => {
      const running = (await lab.status()).orchestrators.filter((o) => o.process === 'running');
      const tables = running.map(({ detail }) => `${String(detail['tableVersion'])} ${String(detail['tableHash'])}`);
      return running.every((o) => o.state !== 'unreachable') && new Set(tables).size === 1;
    },
  },
  distribution: {
    about:
      'how packets are spread: auto-topology, manual-general or per interface; changing until all orchestrators that run agree',
    args: [],
    read: async (lab) => {
      const running = (await lab.status()).orchestrators.filter((o) => o.process === 'running');
      const [first, ...others] = running.map(({ detail }) => detail['distribution']);
      return first !== undefined && others.every((word) => word === first) ? first : 'changing';
    },
  },
  'member-state': {
    about: "one member's own word for its state",
    args: ['member'],
    read: async (lab, args) => {
      const { members } = await lab.status();
      const member = members.find((m) => m.id === args['member']);
      if (member !== undefined) return member.process === 'running' ? member.state : member.process;
      throw new LabError(
        'bad-input',
        `There is no member '${String(args['member'])}' in this fabric.`,
        `Name one of: ${members.map((m) => m.id).join(', ')}.`,
      );
    },
  },
  settled: {
    about: 'true when nothing is on its way: no installation, no start, no copy, no policy',
    args: [],
    read: async (lab) => isSettled(await lab.status()),
  },
  'upgrade-status': {
    about: 'how the upgrade is: idle, running, paused, stopped, aborted, done, rolled-back or unreachable',
    args: [],
    read: async (lab) => conductorDetail(await lab.status())?.upgrade.status ?? 'unreachable',
  },
  'upgrade-rule': {
    about: 'the rule that the upgrade has stopped for; none where it has not',
    args: [],
    read: async (lab) => conductorDetail(await lab.status())?.upgrade.stopped?.rule ?? 'none',
  },
  'upgrade-step': {
    about: 'which step the upgrade is in, from 1; 0 where nobody answers for it',
    args: [],
    read: async (lab) => (conductorDetail(await lab.status())?.upgrade.step ?? -1) + 1,
  },
  'members-running': {
    about: 'how many members run a release and take, as in R81.20:118',
    args: ['software'],
    read: async (lab, args) => {
      const appliances = conductorDetail(await lab.status())?.appliances ?? [];
      const members = appliances.filter((a) => a.role === 'member');
      return members.filter(({ runs }) => `${runs.release}:${runs.take}` === args['software']).length;
    },
  },
  'log-used-percent': {
    about: 'how full the log is; from 80 on operators are refused',
    args: [],
    read: async (lab) => {
      const { usedBytes, maxBytes } = await lab.logUsage();
      return Math.floor((usedBytes / maxBytes) * 100);
    },
  },
  'connections-open': {
    about: 'connections the outside world has open',
    args: [],
    read: async (lab) => (await lab.status()).traffic.connections,
  },
  'packets-unexplained': {
    about: 'packets that were neither delivered nor named as dropped or lost',
    args: [],
    read: async (lab) => (await lab.ledger()).packets.unexplained,
  },
  'packets-lost': {
    about: 'packets lost for a named reason',
    args: [],
    read: async (lab) => (await lab.ledger()).packets.lost,
  },
  'packets-delivered': {
    about: 'packets delivered',
    args: [],
    read: async (lab) => (await lab.ledger()).packets.delivered,
  },
  'connections-lost': {
    about: 'connections that did not outlive a fault',
    args: [],
    read: async (lab) => (await lab.ledger()).connections.lost,
  },
};

/** Nothing is under way that would come to an end by itself. */
function isSettled(status: LabStatus): boolean {
  const { members, orchestrators, conductor } = status;
  const running = [...members, ...orchestrators].every((p) => p.process === 'running' && p.state !== 'INIT');
  if (!running || !orchestrators.every((o) => o.detail['balanced'] === true)) return false;
  if (!orchestrators.every((o) => rowsOf(o.detail['slots']).every(isAtRest))) return false;
  const active = Math.min(...orchestrators.map((o) => lengthOf(o.detail['activeMembers'])));
  // One member alone has nobody to copy to.
  const inStep = active < 2 || orchestrators.every((o) => o.detail['exposedSlots'] === 0);
  const inGroup = members.filter((m) => m.state !== 'DETACHED');
  if (!inStep || inGroup.some((m) => m.detail['policyStage'] !== 'Enforcing Security')) return false;
  return conductor === undefined || conductorDetail(status)?.appliances.every(isIdle) === true;
}

/** A member as an orchestrator sees it. */
interface MemberRow {
  readonly admin: string;
  readonly status: string;
  readonly state: string;
  readonly held: boolean;
}

function rowsOf(rows: unknown): readonly MemberRow[] {
  return Array.isArray(rows) ? (rows as readonly MemberRow[]) : [];
}

/** It is neither on its way out nor on its way in. */
function isAtRest({ admin, status, state, held }: MemberRow): boolean {
  if (state === 'DETACHED') return true;
  if (admin === 'down') return status !== 'active';
  return status === 'active' || held || state === 'DOWN';
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function isIdle({ work, runs, boots, role }: ConductorDetail['appliances'][number]): boolean {
  const booted = runs.release === boots.release && runs.take === boots.take;
  return work === 'none' && (booted || role === 'management');
}

/** What the upgrade conductor says of the group's software. */
interface ConductorDetail {
  readonly upgrade: {
    readonly status: string;
    readonly step: number;
    readonly stopped: { readonly rule: string } | null;
  };
  readonly appliances: readonly {
    readonly role: string;
    readonly work: string;
    readonly runs: { readonly release: string; readonly take: number };
    readonly boots: { readonly release: string; readonly take: number };
  }[];
}

/** Undefined while it does not answer. @throws LabError (bad input) where there is none */
function conductorDetail({ conductor }: LabStatus): ConductorDetail | undefined {
  if (conductor !== undefined) {
    return conductor.detail['upgrade'] === undefined ? undefined : (conductor.detail as unknown as ConductorDetail);
  }
  throw new LabError(
    'bad-input',
    'An upgrade conductor is asked for, and this fabric has none.',
    'Name what may be installed under packages in the fabric file.',
  );
}

/** @throws LabError (bad input) for an unknown probe or a missing argument. */
export async function readProbe(lab: Look, name: string, args: Args = {}): Promise<ProbeReading> {
  const probe = Object.hasOwn(PROBES, name) ? PROBES[name]! : undefined;
  if (probe === undefined) {
    throw new LabError('bad-input', `There is no probe '${name}'.`, `Name one of: ${Object.keys(PROBES).join(', ')}.`);
  }
  const missing = probe.args.filter((a) => args[a] === undefined);
  if (missing.length > 0) {
    throw new LabError('bad-input', `Probe '${name}' lacks ${missing.join(', ')}.`, `Add --arg ${missing[0]}=VALUE.`);
  }
  return { name, value: await probe.read(lab, args), atMs: lab.nowMs() };
}

/** True when a reading is what was waited for. */
export function readingFits(value: unknown, until: WaitFor['until']): boolean {
  if ('equals' in until) return JSON.stringify(value) === JSON.stringify(until.equals);
  if (typeof value !== 'number') return false;
  return 'atLeast' in until ? value >= until.atLeast : value <= until.atMost;
}

/** Who has waited for long can wait a thousandth of that more: an hour of a simulation is not looked at every 10 ms. */
const LOOKS_A_WAIT = 1000;

/** `waitUntil` for a lab that can wait and probe: looks every `everyMs` of the lab's own time, and later less often. */
export async function pollUntil(
  lab: Pick<Lab, 'probe' | 'waitMs' | 'nowMs'>,
  wait: WaitFor,
  timeoutMs: number,
  everyMs: number,
): Promise<ProbeReading> {
  const deadlineMs = lab.nowMs() + timeoutMs;
  for (;;) {
    const reading = await lab.probe(wait.name, wait.args);
    if (readingFits(reading.value, wait.until)) return reading;
    const leftMs = deadlineMs - lab.nowMs();
    if (leftMs <= 0) {
      throw new LabError(
        'deviated',
        `Waited ${timeoutMs} ms for ${wait.name} to be ${JSON.stringify(wait.until)}, and it is ${JSON.stringify(reading.value)}.`,
        'See `rehearse status` for what each process says.',
      );
    }
    const waitedMs = timeoutMs - leftMs;
    await lab.waitMs(Math.min(Math.max(everyMs, Math.floor(waitedMs / LOOKS_A_WAIT)), leftMs));
  }
}

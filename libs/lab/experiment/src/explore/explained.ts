import { FAULTS, type FabricPlan, type FaultKind } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { LogFacts } from './judge-suffering.js';
import type { FaultStep, Schedule } from './schedule.js';
import type { Tried } from './suffer.js';

export interface Facts {
  /** The steps that were done. */
  readonly tried: readonly FaultStep[];
  readonly schedule: Schedule;
  readonly log: LogFacts;
  readonly plan: FabricPlan;
  /** The connection that this one follows from. */
  parentOf(row: ConnectionRow): ConnectionRow | undefined;
}

type Explains = (row: ConnectionRow, facts: Facts) => boolean;

const did =
  (...kinds: readonly FaultKind[]): Explains =>
  (_, { tried }) =>
    tried.some((step) => kinds.includes(step.fault));

const lost: Explains = (_, { log }) => (log.events['MemberLost'] ?? 0) > 0;
const allLost: Explains = (_, { log }) => (log.events['GroupDown'] ?? 0) > 0;

/** An orchestrator that died, was cut off, or stood still for as long as a lease. */
const orchestratorFailed: Explains = (_, { tried, log, schedule }) =>
  (log.events['OrchestratorLost'] ?? 0) > 0 ||
  Object.keys(schedule.gone).some((name) => name.startsWith('orchestrator ')) ||
  tried.some((step) => FAULTS[step.fault].deadly && /^(orchestrator|bus)/.test(step.target));

/** The world outside heard nothing of an orchestrator for so long that it gave it up with what was inside. */
const orchestratorUnheard: Explains = (_, { tried, schedule }) =>
  tried.some((step) => step.fault === 'link' || step.fault === 'bus-slow') || isSilent(schedule.weather);

/** Rows say whole ms, rounded up. */
const ROUNDED_UP_MS = 1;

/** One of the slots was lost with all that was in it, after the connection, or what announced it, had begun. */
function wereOrphaned(slots: readonly number[], row: ConnectionRow, { log, parentOf }: Facts): boolean {
  const openedMs = parentOf(row)?.openedMs ?? row.openedMs;
  return openedMs !== null && log.orphaned.some((o) => slots.includes(o.slot) && openedMs - ROUNDED_UP_MS < o.atMs);
}

const homeOrphaned: Explains = (row, facts) => {
  const { home, mayBeHome = [] } = facts.log.placeOf(row, facts.parentOf(row));
  return wereOrphaned([home, ...mayBeHome], row, facts);
};

/** The slot where its other packets come in: they meet nothing, until the home has heard of it and told it anew. */
const otherLegOrphaned: Explains = (row, facts) =>
  wereOrphaned(facts.log.placeOf(row, facts.parentOf(row)).entries, row, facts);

/** The member's own policy of syncing says that a failure takes the connection with it. */
const notSynced: Explains = (row, facts) => facts.plan.settings['sync.policy'] !== 'strict' && lost(row, facts);

/** Nothing gets through one way for longer than frames are repeated. */
const wayClosed = did('link', 'bus-slow', 'bus-kill', 'bus-restart', 'hang', 'kill', 'panic', 'restart', 'cpstop');
const inVendor: Explains = (_, { plan }) => plan.profile === 'vendor';

/** What is said of a packet that meets no state of its connection. */
const OF_NO_STATE: ReadonlySet<string> = new Set(['out_of_state', 'policy_drop']);

/** What has to be in a schedule, or in the log it led to, for a packet or a connection to end this way. */
const EXPLAINED_BY: Readonly<Record<string, readonly Explains[]>> = {
  out_of_state: [homeOrphaned, otherLegOrphaned, notSynced],
  // An answer over UDP that meets no state is judged as if it began a connection.
  policy_drop: [homeOrphaned, otherLegOrphaned, notSynced],
  no_active_member: [allLost],
  orchestrator_lost: [orchestratorFailed, orchestratorUnheard],
  // What an orchestrator knew of first fragments goes with it, and the others wait in vain at the next one.
  fragment_timeout: [orchestratorFailed],
  lost_on_link: [wayClosed],
  dead_window: [(row, facts) => inVendor(row, facts) && lost(row, facts)],
  lost_in_member: [(row, facts) => inVendor(row, facts) && lost(row, facts)],
  cpu_overload: [did('cpu')],
  queue_overflow: [did('cpu')],
  memory_exhausted: [did('memory-leak')],
  reset: [(row) => row.service === 'refused'],
  // Whoever gave up had packets that did not come; those are explained by themselves. A leg that was lost comes back.
  gave_up: [
    (row, facts) =>
      [...Object.keys(row.dropped), ...Object.keys(row.lost)].some(
        (reason) => !OF_NO_STATE.has(reason) || homeOrphaned(row, facts) || notSynced(row, facts),
      ),
  ],
};

/** Whether the schedule explains that a connection met `reason`: a drop, a loss, or how it ended. */
export function isExplained(reason: string, row: ConnectionRow, facts: Facts): boolean {
  return (EXPLAINED_BY[reason] ?? []).some((explains) => explains(row, facts));
}

/** Weather that keeps a member silent for this long may be what it was lost for. */
const SILENT_MS = 100;
function isSilent(weather: Schedule['weather']): boolean {
  const silent = (chance: string, reach: string): boolean =>
    weather[chance] !== undefined && Number(weather[reach]) >= SILENT_MS;
  return silent('stallPerMillionTurns', 'stallMaxMs') || silent('clogPerMillion', 'clogMaxMs');
}

/** A way that loses less than one message in a hundred loses three heartbeats in a row once in a million. */
const LOSSY_PER_MILLION = 10_000;

/** Who hears over such a way may hear nothing for a while: what fills it holds heartbeats up, or it loses them. */
function hushes({ fault, args }: FaultStep): boolean {
  return fault === 'link' && (args['rateKbps'] !== undefined || Number(args['lossPerMillion']) >= LOSSY_PER_MILLION);
}

/**
 * Whether a member that was declared lost had suffered anything before, by itself or on its way to the bus, or who
 * declared it lost heard badly.
 */
export function isLossExplained(
  loss: LogFacts['losses'][number],
  done: readonly Tried[],
  { weather, gone }: Schedule,
): boolean {
  const name = `member ${loss.member}`;
  if (gone[name] !== undefined) return true;
  if (isSilent(weather)) return true;
  return done.some(({ step, atMs }) => {
    if (atMs > loss.atMs) return false;
    const slowsAll = step.fault === 'bus-slow' || step.fault === 'cpu';
    const touches = step.target === name || step.to === name;
    const hears = step.target === loss.by || step.to === loss.by;
    return slowsAll || (hears && hushes(step)) || (touches && !FAULTS[step.fault].mends);
  });
}

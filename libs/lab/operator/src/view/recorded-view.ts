import { appliancesOf, type FabricPlan, type Metric, type Note } from '@rehearsal/lab-port';
import type { MemberState, SecurityGroupState } from '@rehearsal/security-group';
import { isDetached, siteWords } from '@rehearsal/security-group/fold';
import { HA_OFF } from '../layouts/cphaprob-state.js';
import type { FabricView, MemberView, OrchestratorView } from './fabric-view.js';
import { foldLog, stateWord, type LogFold } from './fold-log.js';
import { foldedView, plannedMember } from './folded-view.js';

/** What a run left behind, as far as it is read here. */
export interface RecordedParts {
  readonly plan: FabricPlan;
  readonly run: string;
  readonly startedAtMs: number;
  readonly atMs: number;
  readonly log: readonly string[];
  readonly notes: readonly Note[];
  /** Counters and gauges of that very moment, where somebody took them. */
  readonly metrics: readonly Metric[] | null;
  /** What the run's series has of that moment; null without one. */
  readonly sampled: SampledMoment | null;
}

export type SampledRates = NonNullable<MemberView['rates']>;

/** One moment of a run's series, by member; a member that did not answer then is not in it. */
export interface SampledMoment {
  /** Connections of the slots that it serves. */
  readonly connections: ReadonlyMap<string, number>;
  /** Since the sample before. */
  readonly rates: ReadonlyMap<string, SampledRates>;
}

const NOTES_SHOWN = 40;

/** The fabric as its log has it at a moment; what only a process knew is null unless it was sampled. */
export function recordedView(parts: RecordedParts): FabricView {
  const { plan, run, startedAtMs, atMs, log, notes } = parts;
  const fold = foldLog(log, plan.securityGroup.name, atMs);
  const before = notes.filter((n) => n.atMs <= atMs);
  const folded = foldedView(plan, fold, atMs);
  return {
    ...folded,
    run,
    moment: 'recorded',
    atMs,
    sinceMs: startedAtMs,
    members: appliancesOf(plan.securityGroup).flatMap((m, i) =>
      folded.detached.some((d) => d.id === m.id) ? [] : [recordedMember(parts, fold, before, m, i + 1)],
    ),
    orchestrators: plan.orchestrators.map((id) => recordedOrchestrator(parts, fold, id)),
    bus: 'unknown',
    notes: before.slice(-NOTES_SHOWN).map(({ atMs: at, role, id, level, code, fields }) => ({
      atMs: at,
      text: `${role} ${id} ${level} ${code} ${JSON.stringify(fields)}`,
    })),
  };
}

function recordedMember(
  parts: RecordedParts,
  fold: LogFold,
  notes: readonly Note[],
  planned: FabricPlan['securityGroup']['members'][number],
  number: number,
): MemberView {
  const folded = fold.group.members[number - 1];
  // What a member said of itself since it was lost is in its own log, not in the site's.
  const said =
    folded?.status === 'active' ? undefined : lastSaid(notes, planned.id, fold.changes.get(planned.id)?.atMs);
  const state = memberWord(fold.group, number, fold.orderly, said);
  const metric = (name: string): number | null =>
    parts.metrics?.find((m) => m.role === 'member' && m.id === planned.id && m.name === name)?.value ?? null;
  const sent = metric('sync_entries_sent');
  const own = parts.sampled?.connections.get(planned.id);
  return {
    id: planned.id,
    number,
    ...plannedMember(parts.plan, fold, planned.id),
    process: 'unknown',
    state,
    site: siteWords(state as MemberState, (folded?.incarnation ?? 0) > 0, true),
    admin: folded?.admin ?? 'up',
    problems: folded?.problems ?? [],
    pnotes:
      folded === undefined
        ? null
        : folded.problems.map((name) => ({ name, state: 'problem' as const, timeoutSec: 0, reportedAtMs: null })),
    incarnation: folded?.incarnation ?? 0,
    joinedAtMs: fold.joinedAtMs.get(planned.id) ?? null,
    lastChange: fold.changes.get(planned.id) ?? null,
    slots: {
      active: fold.group.active.filter((n) => n === number).length,
      backup: fold.group.backup.filter((n) => n === number).length,
    },
    connections: own === undefined ? null : { own, copies: null, peak: null, forwarding: null },
    packets: null,
    rates: parts.sampled?.rates.get(planned.id) ?? null,
    memory: null,
    cpuPercent: metric('cpu_percent_now'),
    policy: null,
    configurationDiffers: null,
    copying:
      sent === null
        ? null
        : {
            sent,
            refused: metric('sync_entries_refused') ?? 0,
            retransmitted: metric('link_frames_retransmitted') ?? 0,
            answersHeld: 0,
          },
  };
}

/** What a member is called: by what it said of itself since it left, else by the log. READY is only who may join. */
export function memberWord(
  group: SecurityGroupState,
  number: number,
  orderly: ReadonlySet<string>,
  said: string | undefined,
): string {
  const member = group.members[number - 1];
  if (said === 'READY' && (member?.admin === 'down' || (member?.problems ?? []).length > 0)) return 'DOWN';
  return member !== undefined && isDetached(member) ? 'DETACHED' : (said ?? stateWord(group, number, orderly));
}

/** INIT, READY or stopped, where the member's own log has it since it left the group. */
export function lastSaid(notes: readonly Note[], id: string, sinceMs: number | undefined): string | undefined {
  const own = notes.filter((n) => n.role === 'member' && n.id === id);
  if (own.findLast((n) => n.code === 'stopped' || SERVES_AGAIN.includes(n.code))?.code === 'stopped') return HA_OFF;
  const note = own.findLast((n) => n.code === 'member_state');
  if (note === undefined || (sinceMs !== undefined && note.atMs < sinceMs)) return undefined;
  const to = note.fields['to'];
  return to === 'INIT' || to === 'READY' ? to : undefined;
}

/** What a member notes first when its services are started, or when it is. */
const SERVES_AGAIN: readonly string[] = ['started', 'policy_installed'];

function recordedOrchestrator(parts: RecordedParts, fold: LogFold, id: string): OrchestratorView {
  const folded = fold.group.orchestrators.find((o) => o.id === id);
  const pending = parts.metrics?.find(
    (m) => m.role === 'orchestrator' && m.id === id && m.name === 'pending_packets_now',
  );
  return {
    id,
    process: 'unknown',
    state: folded?.status === 'active' ? 'ACTIVE' : 'LOST',
    tableVersion: null,
    tableHash: null,
    pendingPackets: pending?.value ?? null,
  };
}

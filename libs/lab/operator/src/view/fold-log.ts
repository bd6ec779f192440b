import type { HypersyncState } from '@rehearsal/hypersync';
import * as hypersync from '@rehearsal/hypersync/fold';
import type { Commit } from '@rehearsal/kernel';
import { parseCommit } from '@rehearsal/kernel/commit-codec';
import type { Heard, SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import * as securityGroup from '@rehearsal/security-group/fold';
import { isDetached, memberNumber, memberOf, memberState } from '@rehearsal/security-group/fold';
import { initialState as noSoftware, evolve as evolveSoftware } from '@rehearsal/software/fold';
import type { SoftwareEvent, SoftwareState } from '@rehearsal/software';
import type { AdminAudit, CommitView, Failover, StateChange } from './fabric-view.js';
import { softwareAudit } from './software-audit.js';

/** What the log of a run says up to a moment. */
export interface LogFold {
  readonly group: SecurityGroupState;
  readonly hypersync: HypersyncState;
  readonly software: SoftwareState;
  /** The first commit: the fabric was brought up then. */
  readonly sinceMs: number;
  /** The first member since nobody served; null: nobody does. */
  readonly groupUpMs: number | null;
  /** When the policy in force was installed. */
  readonly policyAtMs: number | null;
  /** The same by rank of the release it is for. */
  readonly policiesAtMs: ReadonlyMap<number, number>;
  readonly joinedAtMs: ReadonlyMap<string, number>;
  readonly changes: ReadonlyMap<string, StateChange>;
  readonly failovers: readonly Failover[];
  readonly audits: readonly AdminAudit[];
  readonly commits: readonly CommitView[];
  /** Members that left in order, and are down rather than lost. */
  readonly orderly: ReadonlySet<string>;
}

const LAST_COMMITS = 40;

type Leaving = Extract<SecurityGroupEvent, { readonly type: 'MemberLost' | 'MemberDrained' }>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Folding extends Mutable<
  Omit<LogFold, 'policiesAtMs' | 'joinedAtMs' | 'changes' | 'failovers' | 'audits' | 'commits' | 'orderly'>
> {
  readonly policiesAtMs: Map<number, number>;
  readonly joinedAtMs: Map<string, number>;
  readonly changes: Map<string, StateChange>;
  readonly failovers: Failover[];
  readonly audits: AdminAudit[];
  readonly commits: CommitView[];
  readonly orderly: Set<string>;
  /** Slots of members that hand over, as they were when they began to. */
  readonly leaving: Map<string, readonly number[]>;
}

/**
 * Folds the stored commits of a site's log as they were at `untilMs`: nothing counts from the first one that is later,
 * since what stands behind that one was stored after it.
 */
export function foldLog(log: readonly string[], groupName: string, untilMs = Number.POSITIVE_INFINITY): LogFold {
  const fold: Folding = {
    group: securityGroup.initialState,
    hypersync: hypersync.initialState,
    software: noSoftware,
    sinceMs: 0,
    groupUpMs: null,
    policyAtMs: null,
    policiesAtMs: new Map(),
    joinedAtMs: new Map(),
    changes: new Map(),
    failovers: [],
    audits: [],
    commits: [],
    orderly: new Set(),
    leaving: new Map(),
  };
  for (const line of log) {
    const commit = parseCommit(line);
    const { stream, time } = commit;
    if (time.ms > untilMs) break;
    if (stream === `security-group.${groupName}`) takeGroup(fold, commit);
    else if (stream.startsWith('hypersync.')) {
      for (const event of commit.events) fold.hypersync = hypersync.evolve(fold.hypersync, event as never);
    } else if (stream === `software.${groupName}`) takeSoftware(fold, commit);
    if (fold.sinceMs === 0) fold.sinceMs = time.ms;
    fold.commits.push(shortly(commit));
    if (fold.commits.length > LAST_COMMITS) fold.commits.shift();
  }
  return fold;
}

function takeSoftware(fold: Folding, commit: Commit): void {
  const events = commit.events as readonly SoftwareEvent[];
  for (const event of events) fold.software = evolveSoftware(fold.software, event);
  const what = softwareAudit(events);
  if (what !== undefined) fold.audits.push(auditOf(what, commit.time.ms, commit));
}

function shortly({ stream, version, principal, input, events, time }: Commit): CommitView {
  return {
    atMs: time.ms,
    stream,
    version,
    by: principal.name,
    input: input.type,
    events: events.map((e) => e.type),
  };
}

function takeGroup(fold: Folding, commit: Commit): void {
  const before = fold.group;
  const atMs = commit.time.ms;
  const events = commit.events as readonly SecurityGroupEvent[];
  for (const event of events) {
    fold.group = securityGroup.evolve(fold.group, event);
    noteEvent(fold, event, atMs, before, commit);
  }
  for (const event of events) {
    if (event.type === 'MemberLost' || event.type === 'MemberDrained') noteFailover(fold, event, atMs, before);
  }
  noteChanges(fold, before, atMs, events);
}

function noteEvent(
  fold: Folding,
  event: SecurityGroupEvent,
  atMs: number,
  before: SecurityGroupState,
  commit: Commit,
): void {
  switch (event.type) {
    case 'MemberJoined':
      fold.joinedAtMs.set(event.member, atMs);
      fold.orderly.delete(event.member);
      fold.groupUpMs ??= atMs;
      // Whoever comes first brings the policy that all take.
      fold.policyAtMs ??= atMs;
      if (event.rank !== undefined && fold.policiesAtMs.size === 0) fold.policiesAtMs.set(event.rank, atMs);
      break;
    case 'GroupDown':
      fold.groupUpMs = null;
      break;
    case 'PolicyInstalled':
      fold.policyAtMs = atMs;
      for (const rank of event.release === undefined ? fold.policiesAtMs.keys() : [event.release.rank]) {
        fold.policiesAtMs.set(rank, atMs);
      }
      break;
    case 'MemberDrained':
    case 'MemberLost':
      if (isOrderly(event)) fold.orderly.add(event.member);
      else fold.orderly.delete(event.member);
      break;
    case 'AdminSet': {
      const { member, state } = event;
      fold.audits.push(auditOf(`sgm_admin ${state} on blades: ${member}`, atMs, commit));
      if (state === 'down') fold.leaving.set(member, slotsOf(before, member));
      break;
    }
    case 'AutoCloneSet':
      fold.audits.push(auditOf(`smo image auto-clone state ${event.state}`, atMs, commit));
      break;
    case 'DistributionChanging':
      fold.audits.push(auditOf(`distribution configuration ${securityGroup.distributionWord(event)}`, atMs, commit));
      break;
    case 'MemberReported':
      if (event.problems.length > 0) fold.leaving.set(event.member, slotsOf(before, event.member));
      break;
    default:
  }
}

/** Whether whoever left with this event is down rather than lost. */
export function isOrderly(event: Leaving): boolean {
  return event.type === 'MemberDrained' || ['announced', 'pnote', 'admin'].includes(event.reason);
}

function auditOf(what: string, atMs: number, { principal, input }: Commit): AdminAudit {
  const { why } = input as { readonly why?: unknown };
  return { atMs, what, by: principal.name, why: typeof why === 'string' ? why : '' };
}

function slotsOf(state: SecurityGroupState, member: string): number[] {
  const number = memberNumber(state, member);
  return state.active.flatMap((n, slot) => (n === number && number !== 0 ? [slot] : []));
}

function noteFailover(fold: Folding, event: Leaving, atMs: number, before: SecurityGroupState): void {
  const drained = event.type === 'MemberDrained';
  const slots = drained ? (fold.leaving.get(event.member) ?? []) : slotsOf(before, event.member);
  fold.leaving.delete(event.member);
  if (slots.length === 0) return;
  const numbers = [...new Set(slots.map((slot) => fold.group.active[slot] ?? 0))].filter((n) => n !== 0);
  const to = numbers.sort((a, b) => a - b).map((n) => memberOf(fold.group, n));
  fold.failovers.push({ atMs, from: event.member, to, slots: slots.length, reason: reasonOf(event) });
}

/** Why a member's slots went to others, in words of this lab (fidelity: F-CPHAPROB-STATE). */
function reasonOf(event: Leaving): string {
  if (event.type === 'MemberDrained') return event.reason === 'admin' ? 'Administrator command' : 'Critical device';
  const silentMs = event.evidence['silentMs'];
  switch (event.reason) {
    case 'silence':
      return silentMs === undefined ? 'No heartbeat' : `No heartbeat for ${silentMs} ms`;
    case 'socket':
      return 'Nobody received what was sent to it';
    case 'replaced':
      return 'Reboot';
    case 'announced':
      return 'cpstop';
    case 'pnote':
      return 'Critical device';
    case 'admin':
      return 'Administrator command';
  }
}

function noteChanges(
  fold: Folding,
  before: SecurityGroupState,
  atMs: number,
  events: readonly SecurityGroupEvent[],
): void {
  fold.group.members.forEach((member, i) => {
    const from = before.members[i] === undefined ? 'INIT' : stateWord(before, i + 1, fold.orderly);
    const to = stateWord(fold.group, i + 1, fold.orderly);
    if (from === to || (before.members[i]?.incarnation ?? 0) + member.incarnation === 0) return;
    fold.changes.set(member.id, { atMs, from, to, reason: changeReason(member.id, events, to) });
  });
}

function changeReason(member: string, events: readonly SecurityGroupEvent[], to: string): string {
  for (const event of events) {
    if (event.type === 'MemberLost' || event.type === 'MemberDrained') {
      if (event.member === member) return reasonOf(event);
    } else if (event.type === 'AdminSet' && event.member === member) {
      return `Administrator command: ${event.state}`;
    } else if (event.type === 'MemberReported' && event.member === member) {
      return event.problems.length > 0 ? `Critical device: ${event.problems.join(', ')}` : 'Critical devices are well';
    } else if (event.type === 'MemberJoined' && event.member === member) {
      return 'Member joined the Security Group';
    } else if (event.type === 'StateFrozen' || event.type === 'StateThawed') {
      return event.type === 'StateFrozen' ? 'State machine frozen' : 'State machine no longer frozen';
    }
  }
  return to === 'ACTIVE' ? 'Reason for ACTIVE! alert has been resolved' : 'Nobody else can serve';
}

/** The word of a member by the log alone: what it says of itself between two decisions is not there. */
export function stateWord(state: SecurityGroupState, number: number, orderly: ReadonlySet<string>): string {
  const member = state.members[number - 1];
  if (member !== undefined && isDetached(member)) return 'DETACHED';
  if (member === undefined || member.incarnation === 0) return 'LOST';
  if (member.status === 'out') return orderly.has(member.id) ? 'DOWN' : 'LOST';
  const heard: Heard = { says: 'active', problems: member.problems.length > 0, loaded: false };
  return memberState(state, number, heard);
}

import type { ConnectionRow } from '@rehearsal/traffic';
import type { CapacityReport, Situation } from '@rehearsal/verbs';
import {
  activeMembers,
  memberNumber,
  memberOf,
  securityGroup,
  type SecurityGroupInput,
  type SecurityGroupState,
} from '@rehearsal/security-group';
import { groupCommits } from './group-commits.js';

/** What a slot carries: packets a second, and connections open at a time, on average. */
export interface SlotLoad {
  readonly packetsPerSec: Float64Array;
  readonly connections: Float64Array;
}

const MS_PER_SEC = 1000;

/** The security group as a log leaves it. */
export function groupOf(log: readonly string[], group: string): SecurityGroupState {
  let last = securityGroup.initial;
  for (const { state } of groupCommits(log, group)) last = state;
  return last;
}

/** Adds measured connections up by slot. @param slotOf -1 for those that have none */
export function slotLoad(
  rows: readonly ConnectionRow[],
  slots: number,
  slotOf: (row: ConnectionRow) => number,
): SlotLoad {
  const load = { packetsPerSec: new Float64Array(slots), connections: new Float64Array(slots) };
  const opened = rows.flatMap((row) => (row.openedMs === null ? [] : [row.openedMs]));
  const ended = rows.map((row) => row.closedMs ?? row.lastDeliveredMs ?? 0);
  const fromMs = opened.reduce((a, b) => Math.min(a, b), Infinity);
  const toMs = ended.reduce((a, b) => Math.max(a, b), 0);
  if (!(toMs > fromMs)) return load;
  for (const row of rows) {
    const slot = slotOf(row);
    if (slot < 0 || row.openedMs === null) continue;
    const openMs = Math.max(0, (row.closedMs ?? toMs) - row.openedMs);
    load.packetsPerSec[slot] = load.packetsPerSec[slot]! + (row.sent * MS_PER_SEC) / (toMs - fromMs);
    load.connections[slot] = load.connections[slot]! + openMs / (toMs - fromMs);
  }
  return load;
}

/**
 * What a group carries now, after the worst loss of a member, and after the worst loss of two: both at once, before
 * copies are made, and one after the other. The machine itself loses the members, so the table after it is the table
 * that a fabric would have.
 */
export function capacityOf(
  state: SecurityGroupState,
  load: SlotLoad,
  limitPacketsPerSec: number | null,
): Omit<CapacityReport, 'source' | 'profile'> {
  const now = situation(state, load, [], 0);
  const members = memberIds(state);
  const worstOf = (all: readonly Situation[]): Situation | null => {
    const order = [...all].sort(
      (a, b) =>
        b.connectionsLost - a.connectionsLost || (b.busiest?.packetsPerSec ?? 0) - (a.busiest?.packetsPerSec ?? 0),
    );
    return order[0] ?? null;
  };
  const singles = members.map((member) => {
    const lost = lose(state, load, member, 0);
    return { member, ...lost, seen: situation(lost.state, load, [member], lost.connectionsLost) };
  });
  const pairs = singles.flatMap((first) =>
    memberIds(first.state).map((second) => {
      const atOnce = lose(first.state, load, second, first.connectionsLost);
      const later = lose(copied(first.state), load, second, first.connectionsLost);
      const names = [first.member, second];
      return {
        atOnce: situation(atOnce.state, load, names, atOnce.connectionsLost),
        later: situation(later.state, load, names, later.connectionsLost),
      };
    }),
  );
  const afterOne = worstOf(singles.map((s) => s.seen));
  const fits = (s: Situation | null): boolean =>
    s === null || limitPacketsPerSec === null || (s.busiest?.packetsPerSec ?? 0) <= limitPacketsPerSec;
  const holds = afterOne !== null && members.length > 1 && afterOne.connectionsLost === 0 && fits(afterOne);
  return {
    limitPacketsPerSec,
    nPlusOne: holds,
    now,
    afterOne,
    afterTwoAtOnce: worstOf(pairs.map((p) => p.atOnce)),
    afterTwoLater: worstOf(pairs.map((p) => p.later)),
    secondFailure: singles.map((first) => {
      const after = pairs.filter((p) => p.atOnce.lost[0] === first.member);
      return {
        first: first.member,
        connectionsLostAtOnce: Math.max(0, ...after.map((p) => p.atOnce.connectionsLost)),
        connectionsLostLater: Math.max(0, ...after.map((p) => p.later.connectionsLost)),
      };
    }),
  };
}

/** Ids of the members that serve. */
function memberIds(state: SecurityGroupState): string[] {
  return activeMembers(state).map((number) => memberOf(state, number));
}

/** Folds what the machine decides about an input that is true at this moment. */
function tell(state: SecurityGroupState, input: Record<string, unknown>): SecurityGroupState {
  const told = { id: `capacity-${state.version}`, at: 0, ...input } as unknown as SecurityGroupInput;
  return securityGroup.decide(state, told).reduce((s, event) => securityGroup.evolve(s, event), state);
}

/** @param before connections lost by earlier losses */
function lose(
  state: SecurityGroupState,
  load: SlotLoad,
  member: string,
  before: number,
): { readonly state: SecurityGroupState; readonly connectionsLost: number } {
  const number = memberNumber(state, member);
  let connectionsLost = before;
  for (const [slot, active] of state.active.entries()) {
    if (active === number && state.backup[slot] === 0) connectionsLost += load.connections[slot]!;
  }
  const { incarnation } = state.members[number - 1]!;
  const silent = { type: 'memberSilent', from: 'observation', reason: 'socket', evidence: {} };
  return { state: tell(state, { ...silent, member, incarnation, version: state.version }), connectionsLost };
}

/** All copies under way have come in step, and slots have moved as the machine wants them. */
function copied(state: SecurityGroupState): SecurityGroupState {
  let now = state;
  for (;;) {
    const first = now.joining.findIndex((to) => to !== 0);
    if (first < 0) return now;
    const [from, to] = [now.active[first]!, now.joining[first]!];
    const slots = now.active.flatMap((a, slot) => (a === from && now.joining[slot] === to ? [slot] : []));
    const next = tell(now, {
      type: 'inStep',
      from: 'intent',
      member: memberOf(now, to),
      incarnation: now.members[to - 1]!.incarnation,
      active: memberOf(now, from),
      activeIncarnation: now.members[from - 1]!.incarnation,
      slots,
      version: now.version,
    });
    if (next.joining.every((n, slot) => n === now.joining[slot])) return now;
    now = next;
  }
}

function situation(
  state: SecurityGroupState,
  load: SlotLoad,
  lost: readonly string[],
  connectionsLost: number,
): Situation {
  const weights = memberIds(state).map((id) => state.members[memberNumber(state, id) - 1]!.weight);
  const weightOfAll = weights.reduce((a, b) => a + b, 0);
  const members = memberIds(state).map((member, i) => {
    const number = memberNumber(state, member);
    let [slots, packets, connections, exposed] = [0, 0, 0, 0];
    for (const [slot, active] of state.active.entries()) {
      if (active !== number) continue;
      slots++;
      packets += load.packetsPerSec[slot]!;
      connections += load.connections[slot]!;
      if (state.backup[slot] === 0) exposed += load.connections[slot]!;
    }
    return {
      member,
      slots,
      sharePerMille: Math.round((slots * 1000) / Math.max(1, state.active.length)),
      duePerMille: Math.round((weights[i]! * 1000) / Math.max(1, weightOfAll)),
      packetsPerSec: Math.round(packets),
      connections: Math.round(connections),
      exposedConnections: Math.round(exposed),
    };
  });
  const busiest = members.reduce<Situation['members'][number] | null>(
    (most, m) => (most === null || m.packetsPerSec > most.packetsPerSec ? m : most),
    null,
  );
  return {
    lost: [...lost],
    members,
    busiest: busiest === null ? null : { member: busiest.member, packetsPerSec: busiest.packetsPerSec },
    connectionsLost: Math.round(connectionsLost),
    connectionsExposed: members.reduce((sum, m) => sum + m.exposedConnections, 0),
  };
}

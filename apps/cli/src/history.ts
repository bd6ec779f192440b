import type { FabricHistory, MemberLoss } from '@rehearsal/experiment';
import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import type { RunRecord } from '@rehearsal/lab-port';
import { memberNumber, type SecurityGroupEvent, type SecurityGroupState } from '@rehearsal/security-group';
import { groupCommits } from './group-commits.js';
import { Placing } from './placing.js';
import { Spreads } from './spreads.js';

/** Reads who served what from the security group's stream of a run's log. */
export function readHistory(record: Pick<RunRecord, 'plan' | 'settings' | 'log'>): FabricHistory {
  const losses: MemberLoss[] = [];
  const fellSilent: { readonly who: string; readonly atMs: number }[] = [];
  const underLoadFromMs: number[] = [];
  const tables: { readonly fromMs: number; readonly active: readonly number[] }[] = [];
  const planned = sha256Hex(canonicalBytes(record.plan.policy));
  const spreads = new Spreads(record.plan);
  let otherPolicyFromMs = Number.POSITIVE_INFINITY;
  let members: SecurityGroupState['members'] = [];
  for (const { atMs, inputAtMs, events, before, state } of groupCommits(record.log, record.plan.securityGroup.name)) {
    ({ members } = state);
    if (state.active !== before.active) tables.push({ fromMs: atMs, active: state.active });
    // Of another policy than the plan's only the hash is on record.
    if (state.policyHash !== '' && state.policyHash !== planned) {
      otherPolicyFromMs = Math.min(otherPolicyFromMs, atMs);
    }
    for (const event of events) {
      spreads.take(event, atMs);
      if (event.type === 'CulStarted') underLoadFromMs.push(atMs);
      if (event.type === 'MemberLost') losses.push(lossOf(event, inputAtMs, atMs, before, state));
      if (event.type !== 'MemberLost' && event.type !== 'OrchestratorLost') continue;
      const who = event.type === 'MemberLost' ? `member ${event.member}` : `orchestrator ${event.orchestrator}`;
      if (event.reason === 'silence') fellSilent.push({ who, atMs });
    }
  }
  const placing = new Placing(record.plan, record.settings, spreads.all);
  return {
    losses,
    fellSilent,
    underLoadFromMs,
    placeOf(row, parent, atMs) {
      const place = placing.placeOf(row, parent, atMs);
      return row.openedMs !== null && row.openedMs >= otherPolicyFromMs ? { ...place, copied: null } : place;
    },
    isSpreadChanged: spreads.all.length > 1,
    changedHands(slot, fromMs, toMs) {
      const at = tables.findLastIndex((t) => t.fromMs <= fromMs);
      const first = tables[at]?.active[slot];
      return tables.slice(at + 1).some((t) => t.fromMs <= toMs && t.active[slot] !== first);
    },
    servedBy(slot, atMs) {
      const number = tables.findLast((t) => t.fromMs <= atMs)?.active[slot] ?? 0;
      return members[number - 1]?.id ?? null;
    },
  };
}

type MemberLost = Extract<SecurityGroupEvent, { type: 'MemberLost' }>;

function lossOf(
  event: MemberLost,
  detectedAtMs: number,
  committedAtMs: number,
  before: SecurityGroupState,
  after: SecurityGroupState,
): MemberLoss {
  const number = memberNumber(before, event.member);
  const slots = new Set<number>();
  const orphaned = new Set<number>();
  const moved = new Set<number>();
  for (let slot = 0; slot < before.active.length; slot++) {
    if (before.active[slot] !== number) continue;
    slots.add(slot);
    if (before.backup[slot] === 0) orphaned.add(slot);
    if (after.active[slot] !== 0) moved.add(slot);
  }
  const { member, incarnation, reason, evidence } = event;
  const silentMs = evidence['silentMs'] ?? null;
  return { member, incarnation, reason, detectedAtMs, committedAtMs, silentMs, slots, orphaned, moved };
}

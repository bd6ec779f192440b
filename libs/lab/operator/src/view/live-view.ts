import { appliancesOf, type FabricPlan, type LabStatus, type Metric, type ProcessStatus } from '@rehearsal/lab-port';
import type { MemberState } from '@rehearsal/security-group';
import { memberNumber, siteWords } from '@rehearsal/security-group/fold';
import type { FabricView, MemberView, OrchestratorView, Pnote } from './fabric-view.js';
import type { LogFold } from './fold-log.js';
import { foldedView, plannedMember } from './folded-view.js';

/** What a lab was asked for at one moment. */
export interface LiveParts {
  readonly plan: FabricPlan;
  readonly run: string;
  readonly status: LabStatus;
  readonly fold: LogFold;
  readonly metrics: readonly Metric[];
  /** An earlier look, for rates. */
  readonly earlier?: LabStatus | undefined;
}

type Detail = Readonly<Record<string, unknown>>;

const numberIn = (detail: Detail, field: string): number | null => {
  const value = detail[field];
  return typeof value === 'number' ? value : null;
};

const textIn = (detail: Detail, field: string): string => {
  const value = detail[field];
  return typeof value === 'string' ? value : '';
};

/** A running fabric by what its processes answered and what its log says. */
export function liveView(parts: LiveParts): FabricView {
  const { plan, run, status, fold } = parts;
  const seen = groupSlots(status);
  const folded = foldedView(plan, fold, status.atMs);
  const inGroup = status.members.filter((row) => !folded.detached.some((d) => d.id === row.id));
  return {
    ...folded,
    run,
    moment: 'live',
    atMs: status.atMs,
    sinceMs: fold.sinceMs,
    members: inGroup.map((row) => liveMember(parts, row, seen.get(row.id))),
    orchestrators: status.orchestrators.map(liveOrchestrator),
    bus: status.bus,
    notes: [],
  };
}

/** What the orchestrators say of each member; the first one that answers has the word. */
function groupSlots(status: LabStatus): Map<string, Detail> {
  const rows = status.orchestrators.find((o) => Array.isArray(o.detail['slots']))?.detail['slots'] as
    | readonly Detail[]
    | undefined;
  return new Map((rows ?? []).map((row) => [String(row['member']), row]));
}

function liveMember(parts: LiveParts, row: ProcessStatus, seen: Detail | undefined): MemberView {
  const { plan, fold, metrics, earlier } = parts;
  const number = memberNumber(fold.group, row.id);
  const folded = fold.group.members[number - 1];
  const answers = row.process === 'running' && row.state !== 'unreachable';
  const others = typeof seen?.['state'] === 'string' ? seen['state'] : 'LOST';
  const state = answers ? row.state : others;
  const before = earlier?.members.find((m) => m.id === row.id && m.incarnation === row.incarnation);
  const metric = (name: string): number =>
    metrics.find((m) => m.role === 'member' && m.id === row.id && m.name === name)?.value ?? 0;
  const detail = row.detail;
  const passed = numberIn(detail, 'packetsPassed');
  const limitKb = numberIn(detail, 'memoryLimitKb') ?? 0;
  return {
    id: row.id,
    number: number === 0 ? appliancesOf(plan.securityGroup).findIndex((m) => m.id === row.id) + 1 : number,
    ...plannedMember(plan, fold, row.id),
    process: row.process,
    state,
    site: siteWords(
      state as MemberState,
      (folded?.incarnation ?? 0) > 0 || answers,
      detail['policyStage'] !== 'Initial Policy',
    ),
    admin: folded?.admin ?? 'up',
    problems: folded?.problems ?? [],
    pnotes: answers ? ((detail['pnotes'] as readonly Pnote[] | undefined) ?? []) : null,
    incarnation: row.incarnation,
    joinedAtMs: fold.joinedAtMs.get(row.id) ?? null,
    lastChange: fold.changes.get(row.id) ?? null,
    slots: {
      active: fold.group.active.filter((n) => n === number && n !== 0).length,
      backup: fold.group.backup.filter((n) => n === number && n !== 0).length,
    },
    connections: answers
      ? {
          own: row.connections,
          copies: numberIn(detail, 'copies') ?? 0,
          peak: numberIn(detail, 'peakConnections') ?? 0,
          forwarding: numberIn(detail, 'forwardingEntries') ?? 0,
        }
      : null,
    packets:
      answers && passed !== null
        ? {
            passed,
            bytes: numberIn(detail, 'bytesPassed') ?? 0,
            refused: numberIn(detail, 'packetsRefused') ?? 0,
            handedOn: numberIn(detail, 'handedOn') ?? 0,
            corrected: numberIn(detail, 'takenIn') ?? 0,
          }
        : null,
    rates:
      answers && before !== undefined && earlier !== undefined ? ratesOf(row, before, parts.status, earlier) : null,
    memory: limitKb > 0 ? { usedKb: numberIn(detail, 'memoryLeakedKb') ?? 0, limitKb } : null,
    cpuPercent: answers ? numberIn(detail, 'cpuPercent') : null,
    policy: answers ? { hash: textIn(detail, 'policyHash'), stage: textIn(detail, 'policyStage') } : null,
    configurationDiffers: answers ? ((detail['configurationDiffers'] as readonly string[] | undefined) ?? []) : null,
    copying: answers
      ? {
          sent: metric('sync_entries_sent'),
          refused: metric('sync_entries_refused'),
          retransmitted: metric('link_frames_retransmitted'),
          answersHeld: numberIn(detail, 'answersHeld') ?? 0,
        }
      : null,
  };
}

function ratesOf(now: ProcessStatus, before: ProcessStatus, at: LabStatus, earlier: LabStatus): MemberView['rates'] {
  const seconds = (at.atMs - earlier.atMs) / 1000;
  if (seconds <= 0) return null;
  const rate = (field: string): number =>
    Math.max(0, ((numberIn(now.detail, field) ?? 0) - (numberIn(before.detail, field) ?? 0)) / seconds);
  return {
    packetsPerSec: Math.round(rate('packetsPassed')),
    bitsPerSec: Math.round(rate('bytesPassed') * 8),
    connectionsPerSec: Math.round(rate('connectionsOpened')),
  };
}

function liveOrchestrator(row: ProcessStatus): OrchestratorView {
  const answers = row.process === 'running' && row.state !== 'unreachable';
  const hash = row.detail['tableHash'];
  return {
    id: row.id,
    process: row.process,
    state: row.state,
    tableVersion: answers ? numberIn(row.detail, 'tableVersion') : null,
    tableHash: answers && typeof hash === 'string' ? hash : null,
    pendingPackets: answers ? numberIn(row.detail, 'pendingPackets') : null,
  };
}

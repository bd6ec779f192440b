import { appliancesOf, type FabricPlan, type InterfacePlan } from '@rehearsal/lab-port';
import { distributionWord, exposedSlots, isDetached, memberOf } from '@rehearsal/security-group/fold';
import { applianceOf, type Software } from '@rehearsal/software/fold';
import type { FabricView, IteratorView, MemberView } from './fabric-view.js';
import type { LogFold } from './fold-log.js';

type FoldedView = Pick<
  FabricView,
  | 'fabric'
  | 'profile'
  | 'groupUpMs'
  | 'group'
  | 'settings'
  | 'software'
  | 'slots'
  | 'detached'
  | 'frozen'
  | 'underLoad'
  | 'iterator'
  | 'failovers'
  | 'audits'
  | 'commits'
>;

/** What plan and log alone say of a fabric at a moment, whether it runs or has run. */
export function foldedView(plan: FabricPlan, fold: LogFold, atMs: number): FoldedView {
  const { name, address, interfaces } = plan.securityGroup;
  const { group, software } = fold;
  const smo = memberOf(group, group.smo);
  return {
    fabric: plan.fabric,
    profile: plan.profile,
    groupUpMs: fold.groupUpMs,
    group: {
      name,
      ...softwareOf(plan, fold, smo),
      address,
      interfaces: interfaces.map((i) => ({ ...i, distribution: spreadAt(i, fold) })),
      smo,
      policyAtMs: fold.policyAtMs,
      policiesAtMs: [...fold.policiesAtMs].map(([rank, at]) => ({ rank, atMs: at })),
      policyHash: group.policyHash,
      autoClone: group.autoClone,
      changingTo: group.nextDistribution.since > 0 ? distributionWord(group.nextDistribution) : '',
    },
    settings: plan.settings,
    // A fabric whose file names no packages has nobody who keeps the record of software.
    ...(software.version > 0 && {
      software: { appliances: software.appliances, packages: software.packages, available: plan.packages },
    }),
    slots: {
      total: group.active.length,
      exposed: exposedSlots(group).length,
      balanced: group.version > 0 && !group.rebalancing && group.joining.every((n) => n === 0),
    },
    detached: detachedIn(plan, fold),
    frozen: group.frozenUntil > 0,
    underLoad: group.culOffAt > 0,
    iterator: iteratorOf(fold, atMs),
    failovers: fold.failovers,
    audits: fold.audits,
    commits: fold.commits,
  };
}

/** Spares in no group, which they are until the log says otherwise. */
export function detachedIn({ securityGroup }: FabricPlan, { group }: LogFold): FabricView['detached'] {
  return appliancesOf(securityGroup).flatMap(({ id }, i) => {
    const folded = group.members[i];
    const isSpare = i >= securityGroup.members.length;
    return isSpare && (folded === undefined || isDetached(folded)) ? [{ id, number: i + 1 }] : [];
  });
}

/** What a member is and runs, whether it lives or not. */
export function plannedMember(
  plan: FabricPlan,
  fold: LogFold,
  id: string,
): Pick<MemberView, 'model' | 'cores' | 'weight' | 'release' | 'take' | 'upgradeGroup'> {
  const planned = appliancesOf(plan.securityGroup).find((m) => m.id === id);
  return {
    model: planned?.model ?? '',
    cores: planned?.cores ?? 0,
    weight: planned?.weight ?? 0,
    ...softwareOf(plan, fold, id),
    upgradeGroup: planned?.group ?? '',
  };
}

/** What the fabric file says is the software of all until the log says otherwise. */
function softwareOf({ securityGroup }: FabricPlan, { software }: LogFold, id: string): Software {
  const { release, take } = applianceOf(software, id)?.runs ?? securityGroup;
  return { release, take };
}

/** How an interface spreads at that moment: as planned, until the log says otherwise. */
function spreadAt({ name, distribution }: InterfacePlan, { group }: LogFold): InterfacePlan['distribution'] {
  if (group.distribution.since === 0) return distribution;
  return name === 'outside' ? group.distribution.outside : group.distribution.inside;
}

/** The iterator as it is at `atMs`; null before its first run. */
function iteratorOf(fold: LogFold, atMs: number): IteratorView | null {
  const { iterator } = fold.hypersync;
  if (iterator.status === 'none') return null;
  const { status, startedAt, runningMs, reason, member, iterated, connections } = iterator;
  return {
    status,
    startedAtMs: startedAt,
    runningMs: status === 'running' ? Math.max(0, Math.floor(atMs - startedAt)) : runningMs,
    reason: iteratorReason(reason, member),
    iterated,
    copied: connections,
  };
}

function iteratorReason(reason: string, member: string): string {
  switch (reason) {
    case 'joined':
      return `Member ${member} joined`;
    case 'lost':
      return `Member ${member} was lost`;
    case 'leaving':
      return `Member ${member} is going down`;
    case 'returned':
      return `Member ${member} was let in again`;
    default:
      return `Member ${member} is in step`;
  }
}

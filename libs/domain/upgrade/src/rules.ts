import type { Software } from '@rehearsal/software';
import { sameSoftware, softwareText } from '@rehearsal/software';
import { whyNotServed } from './gate.js';
import type { Rule, Step } from './events.js';
import type { MemberSight, OrchestratorSight, Sight, UpgradePlan } from './inputs.js';

/** What speaks against going on, and what to do about it. */
export interface Finding {
  readonly rule: Rule;
  readonly reason: string;
  readonly remedy: string;
}

/** Share of the group by weight that serves, in percent. */
export function shareOf({ members }: Sight, serves: (member: MemberSight) => boolean = (m) => m.serves): number {
  const sum = (of: readonly MemberSight[]): number => of.reduce((total, { weight }) => total + weight, 0);
  const total = sum(members);
  return total === 0 ? 0 : Math.floor((100 * sum(members.filter(serves))) / total);
}

/** Every member serves and every slot has a copy in step. */
export function isWhole(sight: Sight): boolean {
  return sight.members.every((m) => m.serves) && isInStep(sight);
}

/** No copy is missing and none is on its way. */
export function isInStep({ exposed, copying, balanced }: Sight): boolean {
  return exposed === 0 && copying === 0 && balanced;
}

export function membersAt(sight: Sight, ids: readonly string[]): readonly MemberSight[] {
  return sight.members.filter((m) => ids.length === 0 || ids.includes(m.id));
}

/** Has come to what the step is to leave it with, and has started with it. */
export function isInstalled(appliance: MemberSight | OrchestratorSight, target: Software): boolean {
  return !appliance.working && sameSoftware(appliance.boots, target) && sameSoftware(appliance.runs, target);
}

/** What a group that comes before any step must be. */
export function whyNotSound(sight: Sight): Finding | undefined {
  const away = sight.members.filter((m) => !m.serves).map((m) => m.id);
  if (away.length > 0) {
    return {
      rule: 'member-not-active',
      reason: `${away.join(', ')} ${away.length === 1 ? 'does' : 'do'} not serve`,
      remedy: 'Bring all members up before anything is taken down, then resume.',
    };
  }
  const down = sight.orchestrators.filter((o) => !o.active).map((o) => o.id);
  if (down.length > 0) {
    return {
      rule: 'orchestrator-not-active',
      reason: `orchestrator ${down.join(', ')} is not there`,
      remedy: 'Bring it back, then resume.',
    };
  }
  const [first] = sight.members;
  const other = sight.members.find((m) => first !== undefined && !sameSoftware(m.runs, first.runs));
  if (first === undefined || other === undefined) return undefined;
  return {
    rule: 'mixed-takes',
    reason: `${first.id} runs ${softwareText(first.runs)} and ${other.id} ${softwareText(other.runs)}`,
    remedy: 'Bring all members to one take, or roll back, then begin again.',
  };
}

/** What must hold at every moment of an upgrade that runs, by the step it is in. */
export function violated(plan: UpgradePlan, step: Step, sight: Sight, failedBefore: number): Finding | undefined {
  return (
    whyFailed(step, sight, failedBefore) ??
    whyTooFew(plan, step, sight) ??
    whyUnbacked(plan, step, sight) ??
    whyNotServed(plan, step, sight)
  );
}

/** Steps that leave others' disks otherwise, and what is done there. */
const CHANGES_SOFTWARE: ReadonlyMap<Step['kind'], string> = new Map([
  ['install', 'install'],
  ['uninstall', 'uninstall'],
  ['revert', 'revert'],
  ['orchestrator', 'install'],
  ['orchestrator-back', 'the way back'],
]);

/** What failed before the step began is over: it is what the step was begun again for. */
function whyFailed({ kind, of }: Step, sight: Sight, before: number): Finding | undefined {
  if (!CHANGES_SOFTWARE.has(kind)) return undefined;
  const appliances: readonly (MemberSight | OrchestratorSight)[] = [...sight.members, ...sight.orchestrators];
  const failed = appliances.find((a) => of.includes(a.id) && a.failure !== '' && a.failedAt > before);
  if (failed === undefined) return undefined;
  return {
    rule: 'install-failed',
    reason: `${CHANGES_SOFTWARE.get(kind)} failed on ${failed.id}: ${failed.failure}`,
    remedy: 'Mend the cause and resume, which installs again where it failed; or roll back.',
  };
}

/**
 * A switch is where nobody serves for a moment; that is what its method is called after. And to stop where members are
 * brought back would keep from the group what it lacks.
 */
function whyTooFew({ capacityFloorPercent: floor }: UpgradePlan, { kind }: Step, sight: Sight): Finding | undefined {
  if (kind === 'switch' || kind === 'up') return undefined;
  const share = shareOf(sight);
  if (share >= floor) return undefined;
  const away = sight.members.filter((m) => !m.serves).map((m) => m.id);
  return {
    rule: 'capacity',
    reason: `${share} % of the group serve, and ${floor} % are asked for: ${away.join(', ')} do not`,
    remedy: 'Bring members back, then resume; or take smaller groups.',
  };
}

/** While a group is away the others hold everything twice; a slot without its copy may be lost with one member. */
function whyUnbacked(plan: UpgradePlan, { kind }: Step, sight: Sight): Finding | undefined {
  if (plan.mayLoseBackups || (kind !== 'install' && kind !== 'uninstall' && kind !== 'revert')) return undefined;
  if (sight.exposed === 0) return undefined;
  return {
    rule: 'redundancy',
    reason: `${sight.exposed} slots have no copy in step while members are away`,
    remedy: 'Wait until copies are in step, find out who was lost, then resume.',
  };
}

import { sameSoftware, softwareAfter, whatIsWrongWith } from '@rehearsal/software';
import type { UpgradeEvent } from '../events.js';
import type { Sight, StartUpgrade, UpgradePlan } from '../inputs.js';
import { isInStep, shareOf, whyNotSound } from '../rules.js';
import type { UpgradeState } from '../state.js';
import { isOver } from '../state.js';
import { stagesOf, stepsOf } from '../steps.js';
import { Draft } from './draft.js';

/** An upgrade that cannot come to a good end is refused before anything is touched. */
export function startUpgrade(state: UpgradeState, { plan, sight, at, why }: StartUpgrade): readonly UpgradeEvent[] {
  const draft = new Draft(state);
  if (!isOver(state)) return draft.refuse(`an upgrade is ${state.status} already: end it first, or abort it`);
  const reason = whyNotStart(plan, sight);
  if (reason !== undefined) return draft.refuse(reason);
  const [first] = sight.members;
  if (first === undefined) return draft.refuse('the group has no members');
  const orchestratorsBefore = sight.orchestrators
    .filter((o) => plan.orchestrators.includes(o.id))
    .map(({ id, runs }) => ({ id, software: runs }));
  draft.emit({
    type: 'UpgradeStarted',
    plan,
    steps: stepsOf(plan, sight),
    before: sight.members.map((m) => m.runs),
    target: softwareAfter(plan.package, first.runs),
    rollback: false,
    ...(orchestratorsBefore.length > 0 && { orchestratorsBefore }),
    ...(why !== undefined && { why }),
  });
  draft.noteShare(sight);
  draft.begin(at, sight);
  return draft.events;
}

function whyNotStart(plan: UpgradePlan, sight: Sight): string | undefined {
  return whyNotGroups(plan, sight) ?? soundness(sight) ?? whyNotFit(plan, sight) ?? whyNotEnough(plan, sight);
}

function soundness(sight: Sight): string | undefined {
  const finding = whyNotSound(sight);
  if (finding !== undefined) return `${finding.reason}: ${finding.remedy}`;
  if (!isInStep(sight)) return `${sight.exposed} slots have no copy in step: wait until all have, then start again`;
  return sight.installingPolicy ? 'a policy is being installed: wait until it is, then start again' : undefined;
}

function whyNotGroups({ groups, canary, orchestrators, method }: UpgradePlan, sight: Sight): string | undefined {
  const named = groups.flat();
  const known = sight.members.map((m) => m.id);
  const stranger = [...named, ...(canary === '' ? [] : [canary])].find((id) => !known.includes(id));
  if (stranger !== undefined) return `${stranger} is not a member of this group: it has ${known.join(', ')}`;
  const twice = named.find((id, i) => named.indexOf(id) !== i);
  if (twice !== undefined) return `${twice} is in two upgrade groups`;
  const left = known.filter((id) => !named.includes(id));
  if (left.length > 0) return `${left.join(', ')} is in no upgrade group: name it under groups in the fabric file`;
  if (groups.length < 2) return 'all members are in one upgrade group: nobody would serve; make at least two';
  const odd = orchestrators.find((id) => !sight.orchestrators.some((o) => o.id === id));
  if (odd !== undefined) return `${odd} is not an orchestrator of this site`;
  if (method === 'minimum-downtime' && canary !== '') return 'a canary serves beside the others: choose zero-downtime';
  return undefined;
}

function whyNotFit({ package: pkg, method, orchestrators }: UpgradePlan, sight: Sight): string | undefined {
  // Release and take stay as they are: nobody could see when it is there.
  if (pkg.kind === 'hotfix') return `${pkg.file} is a hotfix: install it with installer, one group after the other`;
  for (const { id, runs } of sight.members) {
    const reason = whatIsWrongWith(pkg, runs, method);
    if (reason !== undefined) return `${pkg.file} does not go onto ${id}: ${reason}`;
  }
  for (const { id, runs } of sight.orchestrators) {
    const isDone = sameSoftware(runs, softwareAfter(pkg, runs));
    const reason = isDone || !orchestrators.includes(id) ? undefined : whatIsWrongWith(pkg, runs);
    if (reason !== undefined) return `${pkg.file} does not go onto orchestrator ${id}: ${reason}`;
  }
  return undefined;
}

function whyNotEnough(plan: UpgradePlan, sight: Sight): string | undefined {
  const { capacityFloorPercent, mayLoseBackups } = plan;
  for (const group of stagesOf(plan)) {
    const left = sight.members.filter((m) => !group.includes(m.id));
    const share = shareOf(sight, (m) => !group.includes(m.id));
    const without = `while ${group.join(', ')} ${group.length === 1 ? 'is' : 'are'} away`;
    if (share < capacityFloorPercent) {
      return `${without} ${share} % of the group would serve, and ${capacityFloorPercent} % are asked for: make smaller groups`;
    }
    if (left.length < 2 && !mayLoseBackups) {
      return `${without} one member would serve and no connection would have a copy: make smaller groups, or allow it with --may-lose-backups`;
    }
  }
  return undefined;
}

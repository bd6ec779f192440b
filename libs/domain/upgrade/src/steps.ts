import type { Software } from '@rehearsal/software';
import { sameSoftware } from '@rehearsal/software';
import type { Step, StepKind } from './events.js';
import type { Sight, UpgradePlan } from './inputs.js';

const all = (kind: StepKind): Step => ({ kind, of: [], to: [] });
const each = (kind: StepKind, of: readonly string[]): Step => ({ kind, of: [...of], to: [] });

/** Who is away at once, one stage after the other: the canary alone, and all but the last where there is a switch. */
export function stagesOf({ groups, canary, method }: UpgradePlan): string[][] {
  const stages = canary === '' ? groups : [[canary], ...without(groups, canary)];
  return method === 'zero-downtime' ? stages : [stages.slice(0, -1).flat(), stages.at(-1) ?? []];
}

/** What a plan comes to, step by step; `sight` is the fabric it begins with. */
export function stepsOf(plan: UpgradePlan, sight: Sight): Step[] {
  const stages = stagesOf(plan);
  const orchestrators = plan.orchestrators.map((id) => each('orchestrator', [id]));
  const installs = hasPolicySteps(plan, sight);
  const members =
    plan.method === 'zero-downtime' ? rolling(plan, stages, installs) : switching(stages, 'install', installs);
  return [
    all('check'),
    all('backup'),
    ...(sight.autoClone === 'on' ? [all('cloning-off')] : []),
    all('import'),
    each('verify', stages.flat()),
    ...(plan.orchestratorsFirst ? orchestrators : []),
    ...members,
    ...(plan.orchestratorsFirst ? [] : orchestrators),
    ...(sight.autoClone === 'on' ? [all('cloning-on')] : []),
    all('final-check'),
  ];
}

/**
 * A policy is made for a release: those who are the first of a new one need it before they serve, and once all are of
 * it all get it (fidelity: F-POLICY-TWICE).
 */
function hasPolicySteps({ package: pkg }: UpgradePlan, { policy }: Sight): boolean {
  return pkg.kind === 'upgrade' && policy !== undefined;
}

/** Group by group; members of the new release serve beside the others, which they need to be told they may. */
function rolling(plan: UpgradePlan, stages: readonly (readonly string[])[], installsPolicy: boolean): Step[] {
  const isUpgrade = plan.package.kind === 'upgrade';
  const steps = stages.flatMap((group, i) => [
    each('down', group),
    each('install', group),
    ...(installsPolicy && i === 0 ? [each('policy', group)] : []),
    ...(isUpgrade ? [each('mvc-on', group)] : []),
    each('up', group),
    ...(plan.gateMs > 0 ? [all('gate')] : []),
  ]);
  if (isUpgrade) steps.push(each('mvc-off', stages.flat()));
  return installsPolicy ? [...steps, each('policy', stages.flat())] : steps;
}

/** All but the last group first, while the last one serves alone; then one switch, at which what was connected is lost. */
function switching(
  stages: readonly (readonly string[])[],
  work: 'install' | 'revert',
  installsPolicy: boolean,
): Step[] {
  const [first = [], last = []] = stages;
  return [
    each('down', first),
    each(work, first),
    ...(installsPolicy && work === 'install' ? [each('policy', first)] : []),
    switchOf(last, first),
    each(work, last),
    each('up', last),
    ...(installsPolicy ? [each('policy', stages.flat())] : []),
  ];
}

/**
 * The way back of all that have left what they ran before, in stages as they came; orchestrators the other way round. `cloned`: members that boot were to
 * take the image of another before the upgrade, and would take the new one again.
 */
export function stepsBack(
  plan: UpgradePlan,
  sight: Sight,
  before: ReadonlyMap<string, Software>,
  cloned: boolean,
  changedOrchestrators: readonly string[],
): Step[] {
  const changed = sight.members.filter((m) => !sameSoftware(m.boots, before.get(m.id) ?? m.boots));
  const mayMix = plan.package.kind !== 'upgrade' || plan.method === 'zero-downtime';
  const orchestrators = changedOrchestrators.map((id) => each('orchestrator-back', [id]));
  return [
    ...(cloned ? [all('cloning-off')] : []),
    // Who came last goes first.
    ...(plan.orchestratorsFirst ? [] : orchestrators),
    ...(mayMix ? rollingBack(plan, sight, idsOf(changed)) : switchingBack(plan, sight, idsOf(changed))),
    ...(hasPolicySteps(plan, sight) && changed.length > 0 ? [each('policy', idsOf(sight.members))] : []),
    ...(plan.orchestratorsFirst ? orchestrators : []),
    ...(cloned ? [all('cloning-on')] : []),
    all('final-check'),
  ];
}

/** Who is away already goes first: to take more away meanwhile would leave too few. */
function rollingBack(plan: UpgradePlan, { members }: Sight, changed: readonly string[]): Step[] {
  const isUpgrade = plan.package.kind === 'upgrade';
  const down = idsOf(members.filter((m) => m.admin === 'down'));
  const stages = stagesOf(plan).map((stage) => stage.filter((id) => changed.includes(id)));
  const isAway = (stage: readonly string[]): boolean => stage.some((id) => down.includes(id));
  const inOrder = [...stages.filter(isAway), ...stages.filter((stage) => !isAway(stage))];
  return [
    ...some('up', without([down], ...changed).flat()),
    // The newer ones are those who may or may not serve beside others.
    ...(isUpgrade ? some('mvc-on', changed) : []),
    ...inOrder.flatMap((stage) => [
      ...some('down', stage),
      ...some(isUpgrade ? 'revert' : 'uninstall', stage),
      ...some('up', stage),
    ]),
  ];
}

/** Releases that are not to meet: who is down goes back first, and where others serve there is a switch back. */
function switchingBack(plan: UpgradePlan, { members }: Sight, changed: readonly string[]): Step[] {
  const down = idsOf(members.filter((m) => m.admin === 'down'));
  const serving = changed.filter((id) => !down.includes(id));
  const others = idsOf(members).filter((id) => !serving.includes(id));
  if (others.length === 0) return switching(stagesOf(plan), 'revert', false);
  return [
    ...some(
      'revert',
      changed.filter((id) => down.includes(id)),
    ),
    ...(serving.length === 0
      ? some('up', down)
      : [switchOf(serving, others), each('revert', serving), each('up', serving)]),
  ];
}

function switchOf(of: readonly string[], to: readonly string[]): Step {
  return { kind: 'switch', of: [...of], to: [...to] };
}

/** No step where there is nobody to take it. */
function some(kind: StepKind, of: readonly string[]): Step[] {
  return of.length === 0 ? [] : [each(kind, of)];
}

function idsOf(members: Sight['members']): string[] {
  return members.map((m) => m.id);
}

function without(groups: readonly (readonly string[])[], ...ids: readonly string[]): string[][] {
  return groups.map((group) => group.filter((other) => !ids.includes(other))).filter((group) => group.length > 0);
}

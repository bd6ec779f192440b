import type { Software } from '@rehearsal/software';
import type { Step, StepKind } from './events.js';
import type { Sight, UpgradePlan } from './inputs.js';

const all = (kind: StepKind): Step => ({ kind, of: [], to: [] });
const each = (kind: StepKind, of: readonly string[]): Step => ({ kind, of: [...of], to: [] });

/** What a plan comes to, step by step; `sight` is the fabric it begins with. */
export function stepsOf(plan: UpgradePlan, sight: Sight): Step[] {
  const isUpgrade = plan.package.kind === 'upgrade';
  const stages = plan.canary === '' ? plan.groups : [[plan.canary], ...without(plan.groups, plan.canary)];
  const orchestrators = plan.orchestrators.map((id) => each('orchestrator', [id]));
  const cloned = sight.autoClone === 'on';
  const members = plan.method === 'zero-downtime' ? rolling(stages, isUpgrade) : switching(stages);
  return [
    all('check'),
    all('backup'),
    ...(cloned ? [all('cloning-off')] : []),
    all('import'),
    each('verify', stages.flat()),
    ...(plan.orchestratorsFirst ? orchestrators : []),
    ...members,
    ...(plan.orchestratorsFirst ? [] : orchestrators),
    ...(cloned ? [all('cloning-on')] : []),
    all('final-check'),
  ];
}

/** Group by group; members of the new release serve beside the others, which they need to be told they may. */
function rolling(stages: readonly (readonly string[])[], isUpgrade: boolean): Step[] {
  const steps = stages.flatMap((group) => [
    each('down', group),
    each('install', group),
    ...(isUpgrade ? [each('mvc-on', group)] : []),
    each('up', group),
  ]);
  return isUpgrade ? [...steps, each('mvc-off', stages.flat())] : steps;
}

/** All but the last group first, while the last one serves alone; then one switch, at which what was connected is lost. */
function switching(stages: readonly (readonly string[])[]): Step[] {
  const last = stages.at(-1) ?? [];
  const first = stages.slice(0, -1).flat();
  return [
    each('down', first),
    each('install', first),
    { kind: 'switch', of: [...last], to: first },
    each('install', last),
    each('up', last),
  ];
}

/** The way back of all that have left what they ran before, in stages as they came. */
export function stepsBack(plan: UpgradePlan, sight: Sight, before: ReadonlyMap<string, Software>): Step[] {
  const changed = new Set(sight.members.filter((m) => !isAt(m.boots, before.get(m.id) ?? m.boots)).map((m) => m.id));
  const isUpgrade = plan.package.kind === 'upgrade';
  const stages = plan.groups.map((group) => group.filter((id) => changed.has(id))).filter((group) => group.length > 0);
  const steps = stages.flatMap((group) => [
    each('down', group),
    each(isUpgrade ? 'revert' : 'uninstall', group),
    each('up', group),
  ]);
  const down = sight.members.filter((m) => m.admin === 'down' && !changed.has(m.id)).map((m) => m.id);
  return [
    ...(down.length > 0 ? [each('up', down)] : []),
    // The newer ones are those who may or may not serve beside others.
    ...(isUpgrade && changed.size > 0 ? [each('mvc-on', [...changed])] : []),
    ...steps,
    all('final-check'),
  ];
}

function isAt(a: Software, b: Software): boolean {
  return a.release === b.release && a.take === b.take;
}

function without(groups: readonly (readonly string[])[], id: string): string[][] {
  return groups.map((group) => group.filter((other) => other !== id)).filter((group) => group.length > 0);
}

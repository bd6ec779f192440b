import type { Software } from '@rehearsal/software';
import { sameSoftware } from '@rehearsal/software';
import type { Step } from './events.js';
import type { MemberSight, OrchestratorSight, Sight } from './inputs.js';
import { isServed } from './gate.js';
import { isPolicyInstalled } from './policy.js';
import { isInstalled, isInStep, membersAt } from './rules.js';
import type { UpgradeState } from './state.js';

/** Whether the present step has come to its end, as far as one can see. */
export function isDone(state: UpgradeState, step: Step, sight: Sight): boolean {
  const of = membersAt(sight, step.of);
  const { target, before } = state;
  switch (step.kind) {
    case 'check':
    case 'final-check':
      // What they look at is judged where they begin.
      return true;
    case 'backup':
      return of.every((m) => m.snapshots.includes(backupName(state)));
    case 'cloning-off':
      return sight.autoClone === 'off';
    case 'cloning-on':
      return sight.autoClone === 'on';
    case 'import':
      return sight.package > 0;
    case 'verify':
      return step.of.every((id) => sight.verified.includes(id));
    case 'down':
      return (
        of.every((m) => m.admin === 'down' && !m.active) && isInStep({ ...sight, exposed: exposedNow(state, sight) })
      );
    case 'install':
      return of.every((m) => isInstalled(m, target));
    case 'uninstall':
    case 'revert':
      return of.every((m) => isInstalled(m, before[sight.members.indexOf(m)] ?? m.boots));
    case 'policy':
      return isPolicyInstalled(state, sight);
    case 'mvc-on':
      return of.every((m) => m.mvc);
    case 'mvc-off':
      return of.every((m) => !m.mvc);
    case 'up':
      return of.every((m) => m.serves) && isInStep({ ...sight, exposed: exposedNow(state, sight) });
    case 'gate':
      return sight.probe !== undefined && state.plan !== null && isServed(state.plan, sight.probe);
    case 'switch':
      return (
        membersAt(sight, step.to).every((m) => m.serves) &&
        of.every((m) => !m.active) &&
        isInStep({ ...sight, exposed: exposedNow(state, sight) })
      );
    case 'orchestrator':
    case 'orchestrator-back':
      return sight.orchestrators.every(
        (o) => !step.of.includes(o.id) || (isInstalled(o, leadsTo(state, step, o)) && o.active),
      );
  }
}

/** Of whom the step asks something, as it begins: not of those who have done it already, or are at it. */
export function whoIsAsked(state: UpgradeState, step: Step, sight: Sight): string[] {
  const { before } = state;
  const asks = (are: (m: MemberSight) => boolean, ids = step.of): string[] => {
    const found = new Set(
      membersAt(sight, ids)
        .filter(are)
        .map((m) => m.id),
    );
    return ids.length === 0 ? [...found] : ids.filter((id) => found.has(id));
  };
  switch (step.kind) {
    case 'check':
    case 'cloning-off':
    case 'cloning-on':
    case 'import':
    case 'gate':
    case 'policy':
    case 'final-check':
      return [];
    case 'backup':
      return asks((m) => !m.snapshots.includes(backupName(state)));
    case 'verify':
      return step.of.filter((id) => !sight.verified.includes(id));
    case 'down':
      return asks((m) => m.admin === 'up');
    case 'up':
      return asks((m) => m.admin === 'down');
    case 'switch':
      return [...asks((m) => m.admin === 'up' || m.active), ...asks((m) => m.admin === 'down', step.to)];
    case 'install':
      return asks((m) => isToBegin(m, state.target));
    case 'uninstall':
    case 'revert':
      return asks((m) => isToBegin(m, before[sight.members.indexOf(m)] ?? m.boots));
    case 'orchestrator':
    case 'orchestrator-back': {
      const waiting = sight.orchestrators.filter((o) => isToBegin(o, leadsTo(state, step, o)));
      return step.of.filter((id) => waiting.some((o) => o.id === id));
    }
    case 'mvc-on':
      return asks((m) => !m.mvc);
    case 'mvc-off':
      return asks((m) => m.mvc);
  }
}

/** What a step leaves an orchestrator with. */
export function leadsTo(
  { target, orchestratorsBefore }: UpgradeState,
  { kind }: Step,
  { id, boots }: Pick<OrchestratorSight, 'id' | 'boots'>,
): Software {
  return kind === 'orchestrator' ? target : (orchestratorsBefore.find((o) => o.id === id)?.software ?? boots);
}

function isToBegin({ working, boots }: MemberSight | OrchestratorSight, to: Software): boolean {
  return !working && !sameSoftware(boots, to);
}

/** Where one member is left nothing can have a copy, which the plan has said may be. */
function exposedNow({ plan }: UpgradeState, sight: Sight): number {
  return plan?.mayLoseBackups === true && sight.members.filter((m) => m.serves).length < 2 ? 0 : sight.exposed;
}

/** Name of the backup an upgrade makes of every member's configuration: one for each upgrade. */
export function backupName({ plan, startedWith }: UpgradeState): string {
  return `before_${plan?.package.release}_T${plan?.package.take}_${startedWith}`;
}

/** Everybody runs what the upgrade was to lead to. */
export function isAtEnd({ rollback, before, target }: UpgradeState, sight: Sight): boolean {
  return sight.members.every((m, i) => sameSoftware(m.runs, rollback ? (before[i] ?? target) : target));
}

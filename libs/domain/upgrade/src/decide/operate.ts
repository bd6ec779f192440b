import { sameSoftware } from '@rehearsal/software';
import { whyNotYet } from '../beginning.js';
import type { UpgradeEvent } from '../events.js';
import type { AbortUpgrade, PauseUpgrade, ResumeUpgrade, RollBack, Sight } from '../inputs.js';
import type { UpgradeState } from '../state.js';
import { stepsBack } from '../steps.js';
import { Draft } from './draft.js';

/** Nothing more is begun; what has been begun comes to its end. */
export function pauseUpgrade(state: UpgradeState, _input: PauseUpgrade): readonly UpgradeEvent[] {
  const draft = new Draft(state);
  if (state.status !== 'running') return draft.refuse(`there is nothing to pause: the upgrade is ${state.status}`);
  draft.emit({ type: 'UpgradePaused' });
  return draft.events;
}

/** The present step begins again, for those who have not come to its end; that a window is closed is for who resumes. */
export function resumeUpgrade(state: UpgradeState, { sight, at, probes }: ResumeUpgrade): readonly UpgradeEvent[] {
  const draft = new Draft(state);
  if (state.status !== 'paused' && state.status !== 'stopped') {
    return draft.refuse(`there is nothing to resume: the upgrade is ${state.status}`);
  }
  const finding = draft.step === undefined ? undefined : whyNotYet(state, draft.step, sight);
  if (finding !== undefined) return draft.refuse(`${finding.reason}: ${finding.remedy}`);
  draft.emit({ type: 'UpgradeResumed', ...(probes !== undefined && { probes }) });
  draft.begin(at, sight);
  return draft.events;
}

export function abortUpgrade(state: UpgradeState, _input: AbortUpgrade): readonly UpgradeEvent[] {
  const draft = new Draft(state);
  if (state.status !== 'running' && state.status !== 'paused' && state.status !== 'stopped') {
    return draft.refuse(`there is nothing to abort: the upgrade is ${state.status}`);
  }
  draft.emit({ type: 'UpgradeAborted', step: state.step });
  return draft.events;
}

export function rollBack(state: UpgradeState, { sight, lacpUplinks, at, why }: RollBack): readonly UpgradeEvent[] {
  const draft = new Draft(state);
  const { plan } = state;
  if (plan === null) return draft.refuse('nothing was upgraded here: there is nothing to go back to');
  if (state.status === 'running') return draft.refuse('the upgrade runs: pause or abort it first');
  if (plan.package.kind === 'upgrade' && lacpUplinks) {
    return draft.refuse(
      'a release cannot be gone back from while uplinks are bonded by LACP (802.3ad): take the bonds apart first, or stay and go forward',
    );
  }
  const busy = [...sight.members, ...sight.orchestrators].find((a) => a.working);
  if (busy !== undefined) return draft.refuse(`${busy.id} is being installed: wait until it is done`);
  const orchestratorsBefore = [...state.orchestratorsBefore];
  const before = new Map(sight.members.map((m, i) => [m.id, state.before[i] ?? m.boots] as const));
  const cloned = sight.autoClone === 'on' || state.steps.some(({ kind }) => kind === 'cloning-on');
  draft.emit({
    type: 'UpgradeStarted',
    plan,
    steps: stepsBack(plan, sight, before, cloned, changedOrchestrators(state, sight)),
    before: [...state.before],
    target: state.target,
    rollback: true,
    ...(orchestratorsBefore.length > 0 && { orchestratorsBefore }),
    ...(why !== undefined && { why }),
  });
  draft.noteShare(sight);
  draft.begin(at, sight);
  return draft.events;
}

/** Orchestrators that have left what they ran before, the last one first. */
function changedOrchestrators({ orchestratorsBefore }: UpgradeState, { orchestrators }: Sight): string[] {
  const changed = orchestratorsBefore.filter(({ id, software }) => {
    const boots = orchestrators.find((o) => o.id === id)?.boots;
    return boots !== undefined && !sameSoftware(boots, software);
  });
  return changed.map(({ id }) => id).reverse();
}

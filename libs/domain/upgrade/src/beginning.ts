import { sameSoftware } from '@rehearsal/software';
import type { Step } from './events.js';
import type { OrchestratorSight, Sight } from './inputs.js';
import { whyNotInstallNow } from './policy.js';
import { isAtEnd, leadsTo } from './progress.js';
import type { Finding } from './rules.js';
import { isWhole, shareOf, whyNotSound } from './rules.js';
import type { UpgradeState } from './state.js';

/** What takes somebody away, or says that all is well, begins only where all is well. */
export function whyNotYet(state: UpgradeState, step: Step, sight: Sight): Finding | undefined {
  switch (step.kind) {
    case 'down':
    case 'install':
      return state.rollback ? undefined : whyOthersAway(step, sight);
    case 'orchestrator':
    case 'orchestrator-back':
      return whyNotWhole(sight) ?? whyOrchestratorsAway(state, step, sight);
    case 'policy':
      return whyNotInstallNow(step, sight);
    case 'final-check':
      return whyNotEnd(state, sight);
    default:
      return undefined;
  }
}

/** Two groups at a time would be one too many. On the way back it is the share that counts: some may never come back. */
function whyOthersAway({ of }: Step, sight: Sight): Finding | undefined {
  const away = sight.members.filter((m) => !m.serves && !of.includes(m.id)).map((m) => m.id);
  if (away.length === 0) return undefined;
  return {
    rule: 'member-not-active',
    reason: `${away.join(', ')} ${away.length === 1 ? 'does' : 'do'} not serve, and ${of.join(', ')} would be away as well`,
    remedy: 'Bring all other members up, then resume; or roll back.',
  };
}

function whyNotWhole(sight: Sight): Finding | undefined {
  if (isWhole(sight)) return undefined;
  return {
    rule: 'redundancy',
    reason: `${shareOf(sight)} % of the group serve and ${sight.exposed} slots have no copy in step`,
    remedy: 'Wait until all members serve and all copies are in step, then resume.',
  };
}

/** Without the others nothing would pass; and where it is away itself nobody carries it out, unless that is why it is away. */
function whyOrchestratorsAway(state: UpgradeState, step: Step, sight: Sight): Finding | undefined {
  const isWhy = (o: OrchestratorSight): boolean => o.working || sameSoftware(o.boots, leadsTo(state, step, o));
  const away = sight.orchestrators.filter((o) => !o.active && !(step.of.includes(o.id) && isWhy(o)));
  if (away.length === 0) return undefined;
  return {
    rule: 'orchestrator-not-active',
    reason: `orchestrator ${away.map((o) => o.id).join(', ')} is not there`,
    remedy: 'Bring it back, then resume.',
  };
}

function whyNotEnd(state: UpgradeState, sight: Sight): Finding | undefined {
  if (isAtEnd(state, sight)) return isWhole(sight) ? undefined : (whyNotSound(sight) ?? whyNotWhole(sight));
  return (
    whyNotSound(sight) ?? {
      rule: 'mixed-takes',
      reason: 'not every member runs what the upgrade was to lead to',
      remedy: 'See who does not (rehearse upgrade status), and install there.',
    }
  );
}

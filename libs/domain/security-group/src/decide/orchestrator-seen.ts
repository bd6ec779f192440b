import type { SecurityGroupEvent } from '../events.js';
import type { OrchestratorSeen } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/** The orchestrator is there, in a newer incarnation than any before; an active older one is lost. */
export function orchestratorSeen(state: SecurityGroupState, input: OrchestratorSeen): readonly SecurityGroupEvent[] {
  const known = state.orchestrators.find((o) => o.id === input.orchestrator);
  if (known === undefined) return [];
  const returns = known.status === 'out' && input.incarnation === known.incarnation;
  if (input.incarnation <= known.incarnation && !returns) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  const { orchestrator, incarnation, evidence } = input;
  if (known.status === 'active') {
    draft.emit({
      type: 'OrchestratorLost',
      version,
      orchestrator,
      incarnation: known.incarnation,
      reason: 'replaced',
      evidence,
    });
  }
  draft.emit({ type: 'OrchestratorJoined', version, orchestrator, incarnation, evidence });
  return draft.events();
}

import type { SecurityGroupEvent } from '../events.js';
import type { OrchestratorSilent } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/** The orchestrator is lost; the table stays as it is, since it owns no slots. */
export function orchestratorSilent(
  state: SecurityGroupState,
  input: OrchestratorSilent,
): readonly SecurityGroupEvent[] {
  const { orchestrator, incarnation, reason, evidence } = input;
  const known = state.orchestrators.find((o) => o.id === orchestrator);
  if (known === undefined || known.status !== 'active' || known.incarnation !== incarnation) return [];

  const draft = draftFrom(state);
  draft.emit({ type: 'OrchestratorLost', version: draft.version, orchestrator, incarnation, reason, evidence });
  return draft.events();
}

import { canonicalText } from '@rehearsal/kernel';
import type { SecurityGroupEvent } from '../events.js';
import type { Configure, GroupConfig } from '../inputs.js';
import type { Member, SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/** The first commit of the group. The same again is ignored, another configuration refused. */
export function configure(state: SecurityGroupState, input: Configure): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  if (state.members.length === 0) {
    draft.emit({ type: 'Configured', version, tableHash: '', config: input.config });
  } else if (isConfiguredAs(state, input.config)) {
    draft.emit({ type: 'ConfigureIgnored', version, reason: 'the group is configured like this already' });
  } else {
    const reason = 'the group is configured already, and differently: start a new fabric to change it';
    draft.emit({ type: 'ConfigureRefused', version, reason });
  }
  return draft.events();
}

function isConfiguredAs(state: SecurityGroupState, config: GroupConfig): boolean {
  return (
    state.active.length === config.slots &&
    state.placement === config.placement &&
    state.requireInStep === config.requireInStep &&
    isSpreadAs(state, config) &&
    canonicalText(state.rules) === canonicalText(config.rules) &&
    state.members.length === config.members.length &&
    state.members.every((m, i) => isMemberAs(m, config.members[i])) &&
    state.orchestrators.length === config.orchestrators.length &&
    state.orchestrators.every((o, i) => o.id === config.orchestrators[i])
  );
}

function isMemberAs({ id, weight, spare }: Member, config: GroupConfig['members'][number] | undefined): boolean {
  return id === config?.id && weight === config.weight && (spare !== undefined) === (config.spare === true);
}

/** How it spreads may have been changed since: then what it began with is not known, and nothing speaks against it. */
function isSpreadAs({ distribution }: SecurityGroupState, { interfaces }: GroupConfig): boolean {
  if (interfaces === undefined || distribution.since > 0) return true;
  return distribution.inside === interfaces.inside && distribution.outside === interfaces.outside;
}

import { canonicalText } from '@rehearsal/kernel';
import type { SoftwareEvent } from '../events.js';
import type { Configure, SoftwareConfig } from '../inputs.js';
import type { SoftwareState } from '../state.js';
import { newAppliance } from '../state.js';
import { Draft } from './draft.js';

type Rules = Omit<SoftwareConfig, 'appliances'>;

/** The first commit. What is said again with the same appliances is ignored: their software has a history by then. */
export function configure(state: SoftwareState, { config }: Configure): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  if (state.appliances.length === 0) {
    draft.emit({ type: 'Configured', config });
    return draft.events;
  }
  const ids = (of: readonly { readonly id: string; readonly role: string }[]): string =>
    canonicalText(of.map(({ id, role }) => [id, role]));
  const rules = ({ cloneNeedsMb, cloneRoomMb, holdsUpgraded }: Rules): string =>
    canonicalText({ cloneNeedsMb, cloneRoomMb, holdsUpgraded });
  const same = ids(state.appliances) === ids(config.appliances.map(newAppliance)) && rules(state) === rules(config);
  if (same) draft.emit({ type: 'ConfigureIgnored', reason: 'these are its appliances already' });
  else {
    const reason = 'it is configured already, and differently: start a new fabric to change it';
    draft.emit({ type: 'ConfigureRefused', reason });
  }
  return draft.events;
}

import type { SoftwareEvent } from '../events.js';
import type { BreakInstaller, RevertToSnapshot, TakeSnapshot } from '../inputs.js';
import type { SoftwareState } from '../state.js';
import { Draft } from './draft.js';
import { beginWork, whyBusy, whyNoWork } from './work.js';

export function takeSnapshot(state: SoftwareState, input: TakeSnapshot): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const { name, of } = input;
  draft.forEach('snapshot', input.appliances, (appliance) => {
    const reason = whyBusy(appliance);
    if (reason !== undefined) return reason;
    draft.emit({ type: 'SnapshotTaken', appliance: appliance.id, name, of, software: appliance.runs });
    return undefined;
  });
  return draft.events;
}

export function revertToSnapshot(state: SoftwareState, input: RevertToSnapshot): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  draft.forEach('revert', input.appliances, (appliance) => {
    const found = appliance.snapshots.findLast((s) => s.name === input.name);
    if (found === undefined) {
      const names = appliance.snapshots.filter((s) => s.of === 'image').map((s) => s.name);
      return `${appliance.id} has no snapshot ${input.name}; it has ${names.length === 0 ? 'none' : names.join(', ')}`;
    }
    if (found.of === 'configuration') return `${input.name} is a backup of the configuration: there is no image in it`;
    const reason = whyNoWork(appliance);
    if (reason !== undefined) return reason;
    return beginWork(draft, appliance, { kind: 'revert', package: 0, to: found.software, smo: '' });
  });
  return draft.events;
}

export function breakInstaller(state: SoftwareState, input: BreakInstaller): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const { reason } = input;
  draft.forEach('break', [input.appliance], ({ id }) => {
    draft.emit({ type: 'InstallerBroken', appliance: id, reason });
    return undefined;
  });
  return draft.events;
}

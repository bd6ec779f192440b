import type { Machine } from '@rehearsal/kernel';
import { configure } from './decide/configure.js';
import { importPackage, installPackage, uninstallPackage, verifyPackage } from './decide/packages.js';
import { assignAppliance } from './decide/assign.js';
import { replaceAppliance } from './decide/replace.js';
import { breakInstaller, revertToSnapshot, takeSnapshot } from './decide/snapshots.js';
import { directUpgrade, setMvc } from './decide/upgrade.js';
import { booted, cloneDue, workEnded } from './decide/work.js';
import type { SoftwareEvent } from './events.js';
import { evolve } from './evolve.js';
import type { SoftwareInput } from './inputs.js';
import type { SoftwareState } from './state.js';
import { initialState } from './state.js';

/**
 * What every appliance of a group has on disk, runs and boots next: packages, installations, images taken from the
 * single management object, snapshots, and whose turn it is while an upgrade is under way. Stream `software.<group>`.
 */
export const softwareMachine: Machine<SoftwareState, SoftwareInput, SoftwareEvent> = {
  kind: 'software',
  initial: initialState,
  evolve,
  decide,
  react: () => [],
  deadlines: () => [],
};

function decide(state: SoftwareState, input: SoftwareInput): readonly SoftwareEvent[] {
  switch (input.type) {
    case 'configure':
      return configure(state, input);
    case 'importPackage':
      return importPackage(state, input);
    case 'verifyPackage':
      return verifyPackage(state, input);
    case 'installPackage':
      return installPackage(state, input);
    case 'uninstallPackage':
      return uninstallPackage(state, input);
    case 'setMvc':
      return setMvc(state, input);
    case 'directUpgrade':
      return directUpgrade(state, input);
    case 'takeSnapshot':
      return takeSnapshot(state, input);
    case 'revertToSnapshot':
      return revertToSnapshot(state, input);
    case 'breakInstaller':
      return breakInstaller(state, input);
    case 'replaceAppliance':
      return replaceAppliance(state, input);
    case 'assignAppliance':
      return assignAppliance(state, input);
    case 'booted':
      return booted(state, input);
    case 'workEnded':
      return workEnded(state, input);
    case 'cloneDue':
      return cloneDue(state, input);
    default:
      return unknown(input);
  }
}

function unknown(_input: never): readonly SoftwareEvent[] {
  return [];
}

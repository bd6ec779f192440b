import { hypersync } from '@rehearsal/hypersync';
import type { AnyMachine } from '@rehearsal/kernel';
import { runMachine } from '@rehearsal/lab-port';
import { securityGroup } from '@rehearsal/security-group';
import { softwareMachine } from '@rehearsal/software';
import { upgradeMachine } from '@rehearsal/upgrade';

/** Every machine that writes to a log, by kind. */
export const MACHINES: Readonly<Record<string, AnyMachine>> = {
  [securityGroup.kind]: securityGroup as unknown as AnyMachine,
  [hypersync.kind]: hypersync as unknown as AnyMachine,
  [softwareMachine.kind]: softwareMachine as unknown as AnyMachine,
  [upgradeMachine.kind]: upgradeMachine as unknown as AnyMachine,
  [runMachine.kind]: runMachine as unknown as AnyMachine,
};

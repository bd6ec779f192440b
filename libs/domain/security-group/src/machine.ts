import type { Machine } from '@rehearsal/kernel';
import { configure } from './decide/configure.js';
import { inStep } from './decide/in-step.js';
import { memberSeen } from './decide/member-seen.js';
import { memberSilent } from './decide/member-silent.js';
import { orchestratorSeen } from './decide/orchestrator-seen.js';
import { orchestratorSilent } from './decide/orchestrator-silent.js';
import type { SecurityGroupEvent } from './events.js';
import { evolve } from './evolve.js';
import type { SecurityGroupInput } from './inputs.js';
import { react } from './react.js';
import type { SecurityGroupState } from './state.js';
import { initialState } from './state.js';

/**
 * Who serves, who holds copies, and who leads: the members of a security group and its slot table.
 * Stream `security-group.<group>`.
 */
export const securityGroup: Machine<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent> = {
  kind: 'security-group',
  initial: initialState,
  evolve,
  decide,
  react,
  deadlines: () => [],
};

function decide(state: SecurityGroupState, input: SecurityGroupInput): readonly SecurityGroupEvent[] {
  switch (input.type) {
    case 'configure':
      return configure(state, input);
    case 'memberSeen':
      return memberSeen(state, input);
    case 'memberSilent':
      return memberSilent(state, input);
    case 'inStep':
      return inStep(state, input);
    case 'orchestratorSeen':
      return orchestratorSeen(state, input);
    case 'orchestratorSilent':
      return orchestratorSilent(state, input);
    default:
      return unknown(input);
  }
}

function unknown(_input: never): readonly SecurityGroupEvent[] {
  return [];
}

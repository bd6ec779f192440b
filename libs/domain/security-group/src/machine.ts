import type { Machine } from '@rehearsal/kernel';
import { configure } from './decide/configure.js';
import { culTimeUp, loadReported } from './decide/cul.js';
import { freeze, freezeTimeUp } from './decide/freeze.js';
import { inStep } from './decide/in-step.js';
import { installPolicy, installTimeUp, policyReady } from './decide/install.js';
import { memberDrained } from './decide/member-drained.js';
import { memberReported } from './decide/member-reported.js';
import { memberSeen } from './decide/member-seen.js';
import { memberSilent } from './decide/member-silent.js';
import { orchestratorSeen } from './decide/orchestrator-seen.js';
import { orchestratorSilent } from './decide/orchestrator-silent.js';
import { assignSpare, detachSpare, loadLasted } from './decide/spares.js';
import { setAdmin } from './decide/set-admin.js';
import { setAutoClone } from './decide/set-auto-clone.js';
import { setRules } from './decide/set-rules.js';
import { distributionReady, setDistribution } from './decide/set-distribution.js';
import { deadlines } from './deadlines.js';
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
  deadlines,
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
    case 'memberReported':
      return memberReported(state, input);
    case 'memberDrained':
      return memberDrained(state, input);
    case 'setAdmin':
      return setAdmin(state, input);
    case 'assignSpare':
      return assignSpare(state, input);
    case 'detachSpare':
      return detachSpare(state, input);
    case 'loadLasted':
      return loadLasted(state, input);
    case 'setAutoClone':
      return setAutoClone(state, input);
    case 'setRules':
      return setRules(state, input);
    case 'setDistribution':
      return setDistribution(state, input);
    case 'distributionReady':
      return distributionReady(state, input);
    case 'loadReported':
      return loadReported(state, input);
    case 'freeze':
      return freeze(state, input);
    case 'installPolicy':
      return installPolicy(state, input);
    case 'policyReady':
      return policyReady(state, input);
    case 'culTimeUp':
      return culTimeUp(state, input);
    case 'freezeTimeUp':
      return freezeTimeUp(state, input);
    case 'installTimeUp':
      return installTimeUp(state, input);
    default:
      return unknown(input);
  }
}

function unknown(_input: never): readonly SecurityGroupEvent[] {
  return [];
}

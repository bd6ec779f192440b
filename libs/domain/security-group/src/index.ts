/** The states of members, the slot table and the choice of the single management object. */
export type { CopiesChosen, SecurityGroupEvent, SlotsByMember } from './events.js';
export { securityGroupEvent, slotsByMember } from './events.js';
export type {
  Configure,
  Evidence,
  GroupConfig,
  InStep,
  MemberSeen,
  MemberSilent,
  OrchestratorSeen,
  OrchestratorSilent,
  SecurityGroupInput,
  SilenceReason,
} from './inputs.js';
export { evidence, groupConfig, inStep, memberId, orchestratorId, securityGroupInput } from './inputs.js';
export { securityGroup } from './machine.js';
export type { Member, Orchestrator, SecurityGroupState, SlotTable } from './state.js';
export { activeMembers, exposedSlots, initialState, memberNumber, memberOf } from './state.js';
export { tableHash } from './table/hash.js';
export type { DataplaneTable } from './views.js';
export { tableForDataplane, tableMismatch } from './views.js';

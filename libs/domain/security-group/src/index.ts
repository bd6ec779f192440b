/** The states of members, the slot table and the choice of the single management object. */
export type { CopiesChosen, SecurityGroupEvent, SlotsByMember } from './events.js';
export { securityGroupEvent, slotsByMember } from './events.js';
export type {
  Configure,
  DistributionMode,
  Evidence,
  GroupConfig,
  GroupRules,
  InStep,
  MemberSeen,
  MemberSilent,
  OrchestratorSeen,
  OrchestratorSilent,
  PolicyRelease,
  SecurityGroupInput,
  SilenceReason,
} from './inputs.js';
export { evidence, groupConfig, inStep, memberId, orchestratorId, securityGroupInput } from './inputs.js';
export { securityGroup } from './machine.js';
export type { Heard, MemberState, SiteWords } from './member-states.js';
export { MEMBER_STATES, memberState, siteWords } from './member-states.js';
export { PNOTES, pnoteMask, pnoteNames } from './pnotes.js';
export type {
  Deferral,
  Distribution,
  Install,
  Member,
  NextDistribution,
  Orchestrator,
  ReleasePolicy,
  SecurityGroupState,
  SlotTable,
} from './state.js';
export {
  activeMembers,
  DISTRIBUTIONS,
  distributionWord,
  exposedSlots,
  holders,
  initialState,
  isDetached,
  isFit,
  isLeaving,
  memberNumber,
  memberOf,
  policyFor,
  ranksServing,
  servingPercent,
} from './state.js';
export { DEFERS_BELOW_PERCENT } from './decide/deferral.js';
export { tableHash } from './table/hash.js';
export type { DataplaneTable } from './views.js';
export { tableForDataplane, tableMismatch } from './views.js';

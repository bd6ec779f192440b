/** How a group is taken to other software: plan, steps, rules, and where it stops. */
export type { Rule, Step, StepKind, UpgradeEvent } from './events.js';
export { upgradeEvent } from './events.js';
export type { MemberSight, OrchestratorSight, Probe, Sight, UpgradeInput, UpgradePlan } from './inputs.js';
export { probe, upgradeInput, upgradePlan } from './inputs.js';
export { upgradeMachine } from './machine.js';
export { shareOf } from './rules.js';
export type { UpgradeState, UpgradeStatus } from './state.js';
export { isOver } from './state.js';

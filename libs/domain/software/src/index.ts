/** The software of a fabric: releases, takes and their packages, and which appliance has which. */
export * from './catalogue/index.js';
export { imageBefore } from './decide/packages.js';
export type { SoftwareEvent, WorkKind } from './events.js';
export { softwareEvent } from './events.js';
export type { SoftwareConfig, SoftwareInput } from './inputs.js';
export { packageFields, software, softwareConfig, softwareInput } from './inputs.js';
export { softwareMachine } from './machine.js';
export type { Appliance, Snapshot, SoftwareState, Work } from './state.js';
export { applianceOf, membersOf, sameSoftware } from './state.js';

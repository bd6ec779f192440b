/** The upgrade conductor: keeps the record of software, and takes a group through an upgrade. */
export type { UpgradeConductorConfig } from './config.js';
export { createUpgradeConductor, UpgradeConductorRole } from './upgrade-conductor.js';

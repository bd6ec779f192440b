/** The software of one appliance: what a role that runs on one knows of it, and does to it. */
export type { ApplianceHost, ReleaseRun } from './appliance-software.js';
export { ApplianceSoftware } from './appliance-software.js';

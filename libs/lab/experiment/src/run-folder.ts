/** What reads a run's folder, without what conducts and judges runs. */
export { checkLosses, type LostConnection, type RunLosses } from './judge/losses.js';
export * from './run-folder/run-folder.js';
export { gatherMachineCode, type MachineCode } from './run-folder/machine-code.js';

import { gatherMachineCode, type MachineCode } from '@rehearsal/experiment/run-folder';

/** The modules that machines are in; all that these import is the code that decides. */
const MODULES = [
  ['@rehearsal/security-group', './machine.js'],
  ['@rehearsal/hypersync', './machine.js'],
  ['@rehearsal/software', './machine.js'],
  ['@rehearsal/upgrade', './machine.js'],
  ['@rehearsal/lab-port', './run-machine.js'],
] as const;

/** The code of all machines, with its hash, from the built packages. */
export function machineCode(): MachineCode {
  const entries = MODULES.map(([name, file]) => new URL(file, import.meta.resolve(name)).href);
  return gatherMachineCode(entries, (specifier) => import.meta.resolve(specifier));
}

const SIMULATION = [
  '@rehearsal/orchestrator-role',
  '@rehearsal/member-role',
  '@rehearsal/sync-role',
  '@rehearsal/outside-world-role',
  '@rehearsal/upgrade-conductor-role',
  '@rehearsal/simulator',
] as const;

/** A hash over all code that a simulated run goes through. */
export function simulationWord(): string {
  const entries = SIMULATION.map((name) => import.meta.resolve(name));
  return gatherMachineCode(entries, (specifier) => import.meta.resolve(specifier)).build;
}

import { FAULTS, LabError, worldProblem, type FaultKind, type Lab } from '@rehearsal/lab-port';
import type { Experiment, Step } from './read-experiment.js';

interface FaultStep {
  readonly kind: FaultKind;
  /** Names of the arguments given. */
  readonly given: readonly string[];
  readonly place: string;
}

/** The faults that an experiment's steps name. */
function faultsOf(experiment: Pick<Experiment, 'hypothesis' | 'method' | 'rollbacks'>): FaultStep[] {
  const { hypothesis, method, rollbacks } = experiment;
  return [...hypothesis, ...method, ...rollbacks].flatMap(({ argv, place }: Step) => {
    const kind = argv[1] ?? '';
    if (argv[0] !== 'fault' || !Object.hasOwn(FAULTS, kind)) return [];
    const given = argv.slice(2).flatMap((word) => {
      const flag = /^--([a-z-]+)/.exec(word)?.[1];
      return flag === undefined ? [] : [flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    });
    return [{ kind: kind as FaultKind, given, place }];
  });
}

/** Whether living processes need links that can be touched. */
export function needsLinks(experiment: Experiment): boolean {
  return experiment.block.links || faultsOf(experiment).some(({ kind }) => FAULTS[kind].needsLinks);
}

/** @throws LabError (environment) where an experiment names a fault that its world has not */
export function assertWorld(experiment: Experiment, world: Lab['world']): void {
  for (const { kind, given, place } of faultsOf(experiment)) {
    const problem = worldProblem(kind, given, world);
    if (problem !== undefined) throw new LabError('environment', `${place}: ${problem}.`, 'Run it with --sim.');
  }
}

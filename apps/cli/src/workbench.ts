import { basename } from 'node:path';
import { performerOn, announceLab, labsFolder, readSet, type Services, type VerbContext } from '@rehearsal/verbs';
import type { MachineCode, Workbench } from '@rehearsal/experiment';
import { tracerOf } from './command-trace.js';
import { readHistory } from './history.js';
import { machineCode, simulationWord } from './machine-code.js';

/** What running an experiment needs, from the simulator to the log's readers. */
export function createWorkbench(services: Services, say: (line: string) => void): Workbench {
  let code: MachineCode | undefined;
  let word: string | undefined;
  const codeOf = (): MachineCode => (code ??= machineCode());
  const context: Omit<VerbContext, 'lab'> = { services, set: readSet([]), runsFolder: 'runs', say };
  const names = new Map<object, { name: string; run: string }>();
  return {
    machineCode: codeOf,
    simulationWord: () => (word ??= simulationWord()),
    readHistory,
    node: `node ${process.version}`,
    async makeLab(request) {
      const { makeSimulatedLab, makeProcessLab } = await import('./labs.js');
      const { build } = codeOf();
      if (request.world === 'simulated') return makeSimulatedLab(request, build);
      return makeProcessLab(request, build, say, await tracerOf('lab'));
    },
    performer(lab, beforeFault) {
      const { name, run } = names.get(lab) ?? { name: lab.plan.fabric, run: '' };
      return performerOn({ lab, name, run, beforeFault }, context);
    },
    async announce(lab, { runId, folder }) {
      const run = basename(runId);
      if (lab.world === 'simulated') return async () => {};
      const at = { lab, name: lab.plan.fabric, run, beforeFault: async () => {} };
      const perform = (argv: readonly string[]): ReturnType<ReturnType<typeof performerOn>> =>
        performerOn(at, context)(argv, undefined);
      const about = { fabric: lab.plan.fabric, run, folder, startedAtMs: Date.now() };
      const { name, withdraw } = await announceLab(labsFolder(), about, perform);
      at.name = name;
      names.set(lab, { name, run });
      return withdraw;
    },
  };
}

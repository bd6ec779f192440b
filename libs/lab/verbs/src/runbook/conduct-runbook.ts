import { bringUp, conduct, DEFAULT_BLOCK, runExperiment, type Experiment, type RunResult } from '@rehearsal/experiment';
import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import type { VerbContext } from '../registry/verb.js';
import type { PlannedCommand } from './planned-commands.js';
import { trafficFor } from './traffic-for.js';
import { RunbookProgram, type AsRunStep, type ProgramOptions } from './program.js';

export interface RunbookRun {
  readonly title: string;
  readonly plan: FabricPlan;
  readonly planned: readonly PlannedCommand[];
  readonly options: ProgramOptions;
  readonly world: Lab['world'];
  readonly seed: number;
  readonly runId: string;
  readonly command: string;
}

export interface RunbookOutcome {
  readonly result: RunResult;
  readonly steps: readonly AsRunStep[];
  /** Members that have another policy than the SMO at the end. */
  readonly otherPolicy: readonly string[];
}

const FINISH_WITHIN = 1.5;
const FINISH_SEC = 300;

/** Goes through a runbook on a fabric of its own, under the fabric's traffic, and keeps the run. */
export async function conductRunbook(run: RunbookRun, context: VerbContext): Promise<RunbookOutcome> {
  const tookMs = await measure(run, context);
  context.say(`the procedure takes ${Math.round(tookMs / 1000)} s of the fabric's time; now under traffic`);
  const program = new RunbookProgram(run.planned, run.options);
  const experiment = { ...experimentOf(run, trafficFor(run.plan, run.world, tookMs), tookMs), next: program.next };
  const { plan, world, seed, runId, command } = run;
  const { runsFolder, say } = context;
  const bench = await context.services.bench();
  const result = await runExperiment(
    { experiment, plan, world, seed, runsFolder, runId, command, say, keep: true, samples: true },
    bench,
  );
  return { result, steps: program.steps, otherPolicy: program.otherPolicy };
}

/** How long it takes without traffic, in virtual time: traffic has to last as long. */
async function measure(run: RunbookRun, context: VerbContext): Promise<number> {
  const { plan, planned, options } = run;
  const bench = await context.services.bench();
  const { runsFolder: folder } = context;
  const lab = await bench.makeLab({ plan, world: 'simulated', seed: 1, weather: 'calm', runId: 'measure', folder });
  const quiet = (): void => {};
  try {
    await bringUp(lab, quiet);
    const startMs = lab.nowMs();
    const program = new RunbookProgram(planned, options);
    const perform = bench.performer(lab, async () => {});
    const experiment = { ...experimentOf(run, undefined), next: program.next };
    await conduct(experiment, lab, { perform, say: quiet, node: bench.node });
    return lab.nowMs() - startMs;
  } finally {
    await lab.down();
  }
}

type Block = Experiment['block'];

/** A runbook is an experiment without a hypothesis: it is judged by what became of packets, and by its assessment. */
function experimentOf(run: RunbookRun, traffic: Block['traffic'], tookMs = 0): Experiment {
  const { title, options } = run;
  // Connections begin one after the other, and each of them lasts as long as the procedure.
  const finishSec = Math.ceil((tookMs * FINISH_WITHIN) / 1000) + FINISH_SEC;
  return {
    path: options.file,
    file: { title, description: `The commands of ${options.file}, one after the other.`, method: [] },
    hypothesis: [],
    method: [],
    rollbacks: [],
    block: { ...DEFAULT_BLOCK, finishSec, budget: { vendor: {}, lossless: {} }, ...(traffic && { traffic }) },
    locate: (path) => path,
  };
}

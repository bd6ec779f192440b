import { bringUp, conduct, DEFAULT_BLOCK, runExperiment, type Experiment, type RunResult } from '@rehearsal/experiment';
import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import type { VerbContext } from '../registry/verb.js';
import type { PlannedCommand } from './planned-commands.js';
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
}

/** Bounds a simulated run, where each packet costs a step of the machine it runs on. */
const SIMULATED = { packets: 20_000, connections: 200 } as const;
const LIVE_PACKETS_PER_SEC = 2_000;
/** Traffic goes on for a while after the last command, so that what it has done shows. */
const AFTER_MS = 15_000;
const LIVE_MARGIN_PERCENT = 30;
const RETRANSMIT = { firstMs: 1000, maxMs: 2000, giveUpAfter: 3 };

/** Goes through a runbook on a fabric of its own, under the fabric's traffic, and keeps the run. */
export async function conductRunbook(run: RunbookRun, context: VerbContext): Promise<RunbookOutcome> {
  const tookMs = await measure(run, context);
  context.say(`the procedure takes ${Math.round(tookMs / 1000)} s of the fabric's time; now under traffic`);
  const program = new RunbookProgram(run.planned, run.options);
  const experiment = { ...experimentOf(run, trafficFor(run, tookMs)), next: program.next };
  const { plan, world, seed, runId, command } = run;
  const { runsFolder, say } = context;
  const bench = await context.services.bench();
  const result = await runExperiment(
    { experiment, plan, world, seed, runsFolder, runId, command, say, keep: true, samples: true },
    bench,
  );
  return { result, steps: program.steps };
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

function trafficFor({ plan, world }: RunbookRun, tookMs: number): Block['traffic'] {
  const { connections, packetsPerSec, mix } = plan.traffic;
  const durationMs = Math.ceil(tookMs * (world === 'processes' ? 1 + LIVE_MARGIN_PERCENT / 100 : 1)) + AFTER_MS;
  const bounded = world === 'processes' ? LIVE_PACKETS_PER_SEC : Math.ceil((SIMULATED.packets * 1000) / durationMs);
  return {
    connections: world === 'processes' ? connections : Math.min(connections, SIMULATED.connections),
    packetsPerSec: Math.max(1, Math.min(packetsPerSec, bounded)),
    durationMs,
    mix,
    ...(world === 'simulated' && { retransmit: RETRANSMIT }),
  };
}

/** A runbook is an experiment without a hypothesis: it is judged by what became of packets, and by its assessment. */
function experimentOf(run: RunbookRun, traffic: Block['traffic']): Experiment {
  const { title, options } = run;
  const finishSec = Math.ceil((traffic?.durationMs ?? 0) / 1000) + 120;
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

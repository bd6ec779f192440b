import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@rehearsal/kernel';
import type { FabricPlan, ForkPoint, Lab, RunRecord } from '@rehearsal/lab-port';
import type { CaptureLimits, TrafficPlan } from '@rehearsal/traffic';
import { findCaptures } from './conduct/captures.js';
import type { Perform } from './conduct/conduct.js';
import { conductAndJudge } from './conduct-and-judge.js';
import { assertWorld } from './file/faults-of.js';
import type { Experiment } from './file/read-experiment.js';
import type { FabricHistory } from './judge/history.js';
import { keptLosses } from './judge/losses.js';
import type { RunResult } from './result.js';
import type { MachineCode } from './run-folder/machine-code.js';
import { PACKETS_FILE, writeRunFolder } from './run-folder/run-folder.js';

export interface LabRequest {
  readonly plan: FabricPlan;
  readonly world: Lab['world'];
  /** Of the simulator; means nothing to processes. */
  readonly seed: number;
  /**
   * Of the simulator: `rough` delays, loses, repeats and reorders messages, loses answers of the log,
   * stalls processes and lets clocks drift, all by the seed; `calm` only takes time.
   */
  readonly weather: 'rough' | 'calm';
  /** Of the simulator: where it leaves the record of an earlier run. */
  readonly fork?: ForkPoint | undefined;
  readonly runId: string;
  /** Where a live lab may keep what its processes write. */
  readonly folder: string;
  /** Of a live lab: whoever asks for it takes it down when this process is told to end. */
  readonly standing?: boolean;
  /** Of a live lab: links that can be cut, delayed and metered; default: none. */
  readonly links?: boolean;
  /** Of a live lab: whether its log is archived. */
  readonly archive?: boolean;
  /** Where packets are captured, and how many; absent: nowhere. */
  readonly packetCapture?: PacketCapturePlan | undefined;
}

/** A packet capture: its file, and the limits at which it stops. */
export interface PacketCapturePlan extends CaptureLimits {
  readonly file: string;
}

/** Everything a run needs that this package must not know. */
export interface Workbench {
  makeLab(request: LabRequest): Promise<Lab>;
  /** Reads from a log who served what. */
  readHistory(record: RunRecord): FabricHistory;
  machineCode(): MachineCode;
  /** Changes with any code a simulated run depends on. */
  simulationWord(): string;
  /** Carries out command lines on a lab; `beforeFault` runs first where one is a fault. */
  performer(lab: Lab, beforeFault: (fault: string) => Promise<void>): Perform;
  /** Lets other processes ask this lab while it is up; gives the end of that. */
  announce(lab: Lab, run: { readonly runId: string; readonly folder: string }): Promise<() => Promise<void>>;
  /** What ran this, for the journal. */
  readonly node: string;
}

export interface RunRequest {
  readonly experiment: Experiment;
  readonly plan: FabricPlan;
  readonly world: Lab['world'];
  readonly seed: number;
  readonly runsFolder: string;
  /** Names the run's folder. */
  readonly runId: string;
  /** Of a live run: whether its log is archived. */
  readonly archive?: boolean;
  /** False: writes a folder only when the verdict is not `pass`. */
  readonly keep: boolean;
  /** Whether a time series is recorded, for the report; what happens in the run is the same either way. */
  readonly samples: boolean;
  /** How many packets are captured; absent: none. */
  readonly packetCapture?: CaptureLimits | undefined;
  /** The command line that does the same again, for whoever reads the folder. */
  readonly command: string;
  readonly say: (line: string) => void;
}

/** What the outside world is asked to send: the experiment's word, else the fabric file's. */
export function trafficOf(
  experiment: Experiment,
  plan: FabricPlan,
  world: Lab['world'],
  say: (line: string) => void = () => {},
): { traffic: TrafficPlan; files: readonly string[] } {
  const { traffic, trafficSimulated } = experiment.block;
  const own = world === 'simulated' ? (trafficSimulated ?? traffic) : traffic;
  const { captures: ofFabric, addresses, ...fabrics } = plan.traffic;
  const said: NonNullable<typeof own> = own ?? {
    ...fabrics,
    ...(addresses === undefined ? {} : { addresses: { ...addresses, published: [...(addresses.published ?? [])] } }),
    captures: ofFabric.map((file) => ({ file })),
  };
  const { captures = [], ...rest } = said;
  const { files, plays, atOnce } = findCaptures(captures, experiment.locate, say);
  return {
    traffic: {
      ...rest,
      ...(plays.length === 0 ? {} : { captures: [...plays] }),
      ...(atOnce === undefined || rest.capturesAtOnce !== undefined ? {} : { capturesAtOnce: atOnce }),
      ...(plays.length > 0 && translates(plan) ? { answersWait: true } : {}),
    },
    files,
  };
}

function translates({ policy, securityGroup }: FabricPlan): boolean {
  const { nat } = (policy ?? {}) as { readonly nat?: { readonly hide?: unknown[]; readonly static?: unknown[] } };
  const rules = (nat?.hide?.length ?? 0) + (nat?.static?.length ?? 0);
  return rules > 0 || securityGroup.interfaces.some((i) => i.nat !== 'none');
}

/** Brings a fabric up, conducts an experiment on it under traffic, judges it and keeps the run. */
export async function runExperiment(request: RunRequest, bench: Workbench): Promise<RunResult> {
  const { experiment, world, say } = request;
  assertWorld(experiment, world);
  const folder = join(request.runsFolder, request.runId);
  const { traffic, files } = trafficOf(experiment, request.plan, world, say);
  const plan: FabricPlan = { ...request.plan, traffic: { ...request.plan.traffic, captures: files } };
  // Whether there is a place for what comes of it shows before it begins.
  mkdirSync(request.runsFolder, { recursive: true });
  const code = bench.machineCode();
  const packetCapture = request.packetCapture && {
    ...request.packetCapture,
    // A simulated run has its folder once it is over.
    file: world === 'simulated' ? join(request.runsFolder, `.${request.runId}.packets`) : join(folder, PACKETS_FILE),
  };
  const { seen, history, judgement } = await conductAndJudge(
    { ...request, plan, traffic, folder, packetCapture },
    bench,
  );
  const { result, affected, differences, notWell } = judgement;
  if (request.keep || result.verdict !== 'pass') {
    const { record, journal, ledger, rows } = seen;
    writeRunFolder(folder, {
      result,
      record,
      journal,
      ledger,
      rows,
      affected,
      differences,
      ...keptLosses(seen.lost, notWell, record.faults, history),
      samples: seen.samples,
      code,
      command: request.command,
      packets: packetCapture?.file,
      traffic,
    });
  }
  return result;
}

/** A short word that changes with everything a simulated run depends on but its seed. */
export function planWord(plan: FabricPlan): string {
  return sha256Hex(new TextEncoder().encode(JSON.stringify([plan.profile, plan.settings]))).slice(0, 6);
}

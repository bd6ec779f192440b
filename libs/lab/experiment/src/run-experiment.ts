import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@rehearsal/kernel';
import { LabError, type FabricPlan, type Lab, type RunRecord, type Samples } from '@rehearsal/lab-port';
import type { CaptureLimits, ConnectionRow, LedgerSummary, LossRow, LossTotal, TrafficPlan } from '@rehearsal/traffic';
import { findCaptures } from './conduct/captures.js';
import { conduct, type Perform } from './conduct/conduct.js';
import { ControlCache, controlRun, type ControlRequest } from './conduct/control.js';
import type { Journal } from './conduct/journal.js';
import { awaitTrafficEnd, bringUp } from './conduct/phases.js';
import { Traffic } from './conduct/traffic.js';
import { assertWorld, needsLinks } from './file/faults-of.js';
import type { Experiment } from './file/read-experiment.js';
import type { MemberLoss, FabricHistory } from './judge/history.js';
import { judge, type Judgement } from './judge/judge.js';
import { keptLosses } from './judge/losses.js';
import type { RunResult } from './result.js';
import { SAMPLE_EVERY_MS, SampleSeries } from './samples/sample-series.js';
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
  const { experiment, world, seed, say } = request;
  assertWorld(experiment, world);
  const folder = join(request.runsFolder, request.runId);
  const { traffic: trafficPlan, files } = trafficOf(experiment, request.plan, world, say);
  const plan: FabricPlan = { ...request.plan, traffic: { ...request.plan.traffic, captures: files } };
  // Whether there is a place for what comes of it shows before it begins.
  mkdirSync(request.runsFolder, { recursive: true });
  const code = bench.machineCode();
  const links = needsLinks(experiment);
  const packetCapture = request.packetCapture && {
    ...request.packetCapture,
    // A simulated run has its folder once it is over.
    file: world === 'simulated' ? join(request.runsFolder, `.${request.runId}.packets`) : join(folder, PACKETS_FILE),
  };
  const lab = await bench.makeLab({
    plan,
    world,
    seed,
    weather: 'rough',
    runId: request.runId,
    folder,
    links,
    packetCapture,
  });
  const seen = await withLab(lab, bench, request, folder, trafficPlan).catch((error: unknown) => {
    // Of a simulated run that failed nothing is kept; a live one has its folder already.
    if (packetCapture !== undefined && world === 'simulated') rmSync(packetCapture.file, { force: true });
    throw error;
  });

  say('running the same traffic without faults in the simulator, to compare');
  const control = await controlOf(request, bench, plan, trafficPlan);
  const budgets = experiment.block.budget;
  const history = bench.readHistory(seen.record);
  const judgement: Judgement = judge({
    record: { ...seen.record, runId: request.runId },
    folder,
    journal: seen.journal,
    history,
    ledger: seen.ledger,
    rows: seen.rows,
    rowsFor: (_loss: MemberLoss, faultAtMs: number) => rowsAt(seen, faultAtMs),
    control,
    budget: budgets[plan.profile] ?? {},
  });
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
    });
  }
  return result;
}

/** What was seen of a run while its fabric was up. */
interface Seen {
  readonly journal: Journal;
  readonly record: RunRecord;
  readonly ledger: LedgerSummary;
  readonly rows: readonly ConnectionRow[];
  /** Null where none were recorded. */
  readonly samples: Samples | null;
  readonly lost: { readonly totals: readonly LossTotal[]; readonly rows: readonly LossRow[] };
  readonly byMark: readonly { readonly atMs: number; readonly rows: readonly ConnectionRow[] }[];
}

async function withLab(
  lab: Lab,
  bench: Workbench,
  request: RunRequest,
  folder: string,
  trafficPlan: TrafficPlan,
): Promise<Seen> {
  const { experiment, say } = request;
  let withdraw = async (): Promise<void> => {};
  let endWatch = (): void => {};
  const everyMs = SAMPLE_EVERY_MS[lab.world];
  const series = request.samples ? new SampleSeries(membersOf(lab.plan), everyMs) : undefined;
  try {
    await bringUp(lab, say);
    withdraw = await bench.announce(lab, { runId: request.runId, folder });
    if (series !== undefined) endWatch = lab.watch(everyMs, (reading) => series.take(reading));
    const traffic = new Traffic(lab);
    await traffic.start(trafficPlan);
    await lab.waitMs(experiment.block.warmUpSec * 1000);
    say(`traffic runs: ${(await traffic.status()).connections} connections open`);
    const marks: string[] = [];
    const perform = bench.performer(lab, async (fault) => {
      const name = `fault-${marks.length + 1}`;
      marks.push(name);
      await traffic.mark(name);
      say(`fault: ${fault}`);
    });
    const journal = await conduct(experiment, lab, { perform, say, node: bench.node });
    await awaitTrafficEnd(lab, traffic, experiment.block.finishSec * 1000, say);
    endWatch();
    const ledger = await traffic.ledger();
    const rows = await traffic.connections();
    const lost = await traffic.losses();
    const byMark = [];
    for (const name of marks) {
      const atMs = ledger.marks.find((m) => m.name === name)?.atMs ?? 0;
      byMark.push({ atMs, rows: name === marks[marks.length - 1] ? rows : await traffic.connections(name) });
    }
    const record = await lab.collect();
    return { journal, record, ledger, rows, samples: series?.series() ?? null, lost, byMark };
  } finally {
    endWatch();
    await withdraw();
    await lab.down();
  }
}

function membersOf(plan: FabricPlan): string[] {
  return plan.securityGroup.members.map((m) => m.id);
}

/** The mark of a fault is set just before it; clocks of processes may differ by some ms. */
const MARK_WITHIN_MS = 1_000;

/** Rows counted from the mark of the fault, where it has one; else from the start. */
export function rowsAt(seen: Pick<Seen, 'byMark' | 'rows'>, faultAtMs: number): readonly ConnectionRow[] {
  const near = seen.byMark
    .filter((m) => Math.abs(m.atMs - faultAtMs) <= MARK_WITHIN_MS)
    .sort((a, b) => Math.abs(a.atMs - faultAtMs) - Math.abs(b.atMs - faultAtMs));
  if (near.length > 0) return near[0]!.rows;
  // Nobody marked this moment: the longest silence of the whole life is the most it can have been.
  return seen.rows.map((row) => ({ ...row, silenceMs: row.longestSilenceMs, firstAfterMarkMs: null }));
}

async function controlOf(
  request: RunRequest,
  bench: Workbench,
  plan: FabricPlan,
  traffic: TrafficPlan,
): Promise<ConnectionRow[] | null> {
  const finishMs = request.experiment.block.finishSec * 1000;
  const captures = plan.traffic.captures.map((path) => sha256Hex(readFileSync(path)));
  const wanted: ControlRequest = { plan, traffic, captures, code: bench.simulationWord(), finishMs };
  const cache = new ControlCache(join(request.runsFolder, '.controls'));
  const makeLab = (): Promise<Lab> =>
    bench.makeLab({
      plan,
      world: 'simulated',
      seed: 1,
      weather: 'calm',
      runId: 'control',
      folder: request.runsFolder,
    });
  try {
    return await cache.rows(wanted, () => controlRun(wanted, makeLab));
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    request.say(`the run to compare with failed: ${error.message}`);
    return null;
  }
}

/** A short word that changes with everything a simulated run depends on but its seed. */
export function planWord(plan: FabricPlan): string {
  return sha256Hex(new TextEncoder().encode(JSON.stringify([plan.profile, plan.settings]))).slice(0, 6);
}

import { readFileSync, rmSync } from 'node:fs';
import { sha256Hex } from '@rehearsal/kernel';
import {
  appliancesOf,
  LabError,
  type FabricPlan,
  type ForkPoint,
  type Lab,
  type RunRecord,
  type Samples,
} from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary, LossRow, LossTotal, TrafficPlan } from '@rehearsal/traffic';
import { conduct } from './conduct/conduct.js';
import { ControlCache, controlRun, type ControlRequest } from './conduct/control.js';
import { join } from 'node:path';
import type { Journal } from './conduct/journal.js';
import { awaitTrafficEnd, bringUp } from './conduct/phases.js';
import { Traffic } from './conduct/traffic.js';
import { needsLinks } from './file/faults-of.js';
import type { FabricHistory, MemberLoss } from './judge/history.js';
import { judge, type Judgement } from './judge/judge.js';
import type { PacketCapturePlan, RunRequest, Workbench } from './run-experiment.js';
import type { RecordedPace } from './recorded-pace.js';
import { SAMPLE_EVERY_MS, SampleSeries } from './samples/sample-series.js';

/** All that a run takes from its fabric's start until it is judged. */
type Conduct = Omit<RunRequest, 'keep' | 'command' | 'packetCapture'> & {
  readonly packetCapture?: PacketCapturePlan | undefined;
  readonly folder: string;
  readonly traffic: TrafficPlan;
  readonly fork?: ForkPoint;
  readonly pace?: RecordedPace;
};

export async function conductAndJudge(
  request: Conduct,
  bench: Workbench,
): Promise<{ readonly seen: Seen; readonly history: FabricHistory; readonly judgement: Judgement }> {
  const { experiment, world, seed, say, plan, traffic, folder, runId, archive, fork, packetCapture } = request;
  const links = needsLinks(experiment);
  const lab = await bench.makeLab({
    plan,
    world,
    seed,
    weather: 'rough',
    runId,
    folder,
    links,
    archive,
    fork,
    packetCapture,
  });
  const seen = await withLab(lab, bench, request, folder, traffic).catch((error: unknown) => {
    // Of a simulated run that failed nothing is kept; a live one has its folder already.
    if (packetCapture !== undefined && world === 'simulated') rmSync(packetCapture.file, { force: true });
    throw error;
  });

  say('running the same traffic without faults in the simulator, to compare');
  const control = await controlOf(request, bench, plan, traffic);
  const budgets = experiment.block.budget;
  const history = bench.readHistory(seen.record);
  const judgement = judge({
    record: { ...seen.record, runId },
    folder,
    journal: seen.journal,
    history,
    ledger: seen.ledger,
    rows: seen.rows,
    rowsFor: (_loss: MemberLoss, faultAtMs: number) => rowsAt(seen, faultAtMs),
    control,
    budget: budgets[plan.profile] ?? {},
  });
  return { seen, history, judgement };
}

/** What was seen of a run while its fabric was up. */
export interface Seen {
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
  request: Conduct,
  folder: string,
  trafficPlan: TrafficPlan,
): Promise<Seen> {
  const { experiment, say, pace } = request;
  let withdraw = async (): Promise<void> => {};
  let endWatch = (): void => {};
  const everyMs = SAMPLE_EVERY_MS[lab.world];
  const series = request.samples ? new SampleSeries(membersOf(lab.plan), everyMs) : undefined;
  try {
    await bringUp(lab, say);
    withdraw = await bench.announce(lab, { runId: request.runId, folder });
    if (series !== undefined) endWatch = lab.watch(everyMs, (reading) => series.take(reading));
    const traffic = new Traffic(lab);
    const until = async (atMs = 0): Promise<void> => {
      if (lab.nowMs() < atMs) await lab.waitMs(atMs - lab.nowMs());
    };
    await until(pace?.trafficAtMs);
    await traffic.start(trafficPlan);
    await lab.waitMs(experiment.block.warmUpSec * 1000);
    say(`traffic runs: ${(await traffic.status()).connections} connections open`);
    const marks: string[] = [];
    const perform = bench.performer(lab, async (fault) => {
      const name = `fault-${marks.length + 1}`;
      await until(pace?.faultsAtMs[marks.length]);
      marks.push(name);
      await traffic.mark(name);
      say(`fault: ${fault}`);
    });
    const journal = await conduct(experiment, lab, {
      perform,
      say,
      node: bench.node,
      ...(pace && { until: (n) => until(pace.activitiesAtMs[n]) }),
    });
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
  return appliancesOf(plan.securityGroup).map((m) => m.id);
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
  request: Conduct,
  bench: Workbench,
  plan: FabricPlan,
  traffic: TrafficPlan,
): Promise<ConnectionRow[] | null> {
  // Nothing happens meanwhile: its traffic is all there is to wait for.
  const finishMs = (traffic.durationMs ?? 0) + request.experiment.block.finishSec * 1000;
  const captures = plan.traffic.captures.map((path) => sha256Hex(readFileSync(path)));
  const wanted: ControlRequest = { plan, traffic, captures, code: bench.simulationWord(), finishMs };
  const cache = new ControlCache(join(request.runsFolder, '.controls'));
  const makeLab = (): Promise<Lab> =>
    bench.makeLab({
      // What is wrong with a take is a fault as well.
      plan: { ...plan, settings: { ...plan.settings, 'issue.act': false } },
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

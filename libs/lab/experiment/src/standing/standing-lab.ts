import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { appliancesOf, LabError, type FabricPlan, type Lab, type LabStatus, type RunRecord } from '@rehearsal/lab-port';
import { EXPOSITION_TYPE } from '@rehearsal/protocol';
import { Ledger, summarize, type CaptureLimits, type TrafficPlan } from '@rehearsal/traffic';
import { isoTime, type ActivityRecord, type Journal } from '../conduct/journal.js';
import { bringUp } from '../conduct/phases.js';
import type { ProcessOutcome } from '../conduct/tolerance.js';
import { DEFAULT_BLOCK, type ExperimentFile } from '../file/schema.js';
import { judge } from '../judge/judge.js';
import { keptLosses } from '../judge/losses.js';
import type { RunResult } from '../result.js';
import { rowsAt } from '../conduct-and-judge.js';
import { trafficOf, type Workbench } from '../run-experiment.js';
import { SAMPLE_EVERY_MS, SampleSeries } from '../samples/sample-series.js';
import { PACKETS_FILE, writeRunFolder } from '../run-folder/run-folder.js';
import { keepMachines, readLabHead, writeLabHead, type LabHead } from './lab-head.js';
import { FabricMetrics } from './fabric-metrics.js';
import { joinStretches, StandingTraffic, type Stretch } from './standing-traffic.js';

export interface StandRequest {
  readonly plan: FabricPlan;
  readonly runsFolder: string;
  /** Names the run's folder. */
  readonly runId: string;
  /** Links between roles and the bus that can be touched. */
  readonly links: boolean;
  /** Whether the log is archived. */
  readonly archive: boolean;
  /** How many packets are captured; absent: none. */
  readonly packetCapture?: CaptureLimits | undefined;
  /** The command line that does the same again, for whoever reads the folder. */
  readonly command: string;
  /** Makes the report of the run in this folder; gives its path. */
  report(folder: string): Promise<string>;
  readonly say: (line: string) => void;
}

/** What is left of a lab that was taken down. */
export interface EndedLab {
  readonly runId: string;
  readonly folder: string;
  readonly upMs: number;
  /** Null where no traffic ever flowed. */
  readonly result: RunResult | null;
  readonly commits: number;
  /** Path of its report; null where there is none. */
  readonly report: string | null;
  /** Hash of the seal; null where the run ended without one. */
  readonly seal: string | null;
  /** Why there is no seal. */
  readonly why: string | null;
}

const LOOK_AFTER_TRAFFIC_MS = 5_000;

/**
 * A lab that stays up until it is taken down. Its folder says from the start what it is, holds the log as
 * it is written, and becomes a run's folder when it ends.
 */
export class StandingLab {
  readonly lab: Lab;
  readonly runId: string;
  readonly folder: string;
  readonly traffic: StandingTraffic;
  readonly #request: StandRequest;
  readonly #bench: Workbench;
  readonly #trafficPlan: TrafficPlan;
  readonly #done: ActivityRecord[] = [];
  readonly #startedAtMs: number;
  readonly #series: SampleSeries;
  readonly #metrics: FabricMetrics;
  #endWatch = (): void => {};
  #stopFollowing = (): void => {};
  #looking: NodeJS.Timeout | undefined;
  #ended: Promise<EndedLab> | undefined;
  #isReady = false;

  /** Makes the lab and its folder; nothing runs yet. @throws LabError, and what the file system says */
  static async make(request: StandRequest, bench: Workbench): Promise<StandingLab> {
    const { plan, say } = request;
    const folder = join(request.runsFolder, request.runId);
    const { traffic, files } = trafficOf(
      { block: DEFAULT_BLOCK, locate: (path: string) => path } as Parameters<typeof trafficOf>[0],
      plan,
      'processes',
      say,
    );
    const whole: FabricPlan = { ...plan, traffic: { ...plan.traffic, captures: files } };
    const { links, archive, runId } = request;
    const packetCapture = request.packetCapture && { ...request.packetCapture, file: join(folder, PACKETS_FILE) };
    mkdirSync(join(folder, 'live'), { recursive: true });
    const lab = await bench.makeLab({
      plan: whole,
      world: 'processes',
      seed: 1,
      weather: 'calm',
      runId,
      folder,
      links,
      archive,
      packetCapture,
      standing: true,
    });
    return new StandingLab(request, bench, lab, folder, traffic);
  }

  private constructor(request: StandRequest, bench: Workbench, lab: Lab, folder: string, traffic: TrafficPlan) {
    this.#request = request;
    this.#bench = bench;
    this.#trafficPlan = traffic;
    this.lab = lab;
    this.runId = request.runId;
    this.folder = folder;
    this.traffic = new StandingTraffic(lab, traffic, request.say);
    this.#startedAtMs = lab.nowMs();
    const members = appliancesOf(lab.plan.securityGroup).map((m) => m.id);
    this.#series = new SampleSeries(members, SAMPLE_EVERY_MS.standing);
    this.#metrics = new FabricMetrics(lab.plan, request.runId);
  }

  /** Whether everything is up; until then nothing can be done to it. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** Whether it has been taken down. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** What it last said of itself, as Prometheus reads it. Asks nothing of the fabric. */
  metricsPage(): { readonly type: string; readonly text: string } {
    return { type: EXPOSITION_TYPE, text: this.#metrics.page(this.lab.story?.faults() ?? []) };
  }

  /** Starts everything and lets traffic flow. Where that fails nothing runs and no run is left. */
  async up(withTraffic: boolean): Promise<LabStatus> {
    const { lab, folder } = this;
    const code = this.#bench.machineCode();
    const { plan } = lab;
    try {
      keepMachines(folder, code);
      const head: LabHead = {
        runId: this.runId,
        state: 'up',
        world: 'processes',
        startedAtMs: this.#startedAtMs,
        plan,
        build: code.build,
        machines: code.entries,
      };
      writeLabHead(folder, head);
      await bringUp(lab, this.#request.say);
      this.#keepLog();
      this.#endWatch = lab.watch(SAMPLE_EVERY_MS.standing, (reading) => {
        this.#series.take(reading);
        this.#metrics.take(reading);
      });
      if (withTraffic && this.#hasTraffic) await this.#startTraffic();
    } catch (error) {
      this.#endWatch();
      await lab.down();
      for (const name of ['lab.json', 'machines', 'log.jsonl'])
        rmSync(join(folder, name), { recursive: true, force: true });
      throw error;
    }
    this.#isReady = true;
    this.#look();
    return lab.status();
  }

  /** What was done to the lab, for its journal. */
  note(argv: readonly string[], startMs: number, output: ProcessOutcome): void {
    const endMs = this.lab.nowMs();
    const name = argv.join(' ');
    this.#done.push({
      activity: { type: 'action', name, provider: { type: 'process', path: 'rehearse', arguments: [...argv] } },
      output,
      status: output.status === 0 ? 'succeeded' : 'failed',
      start: isoTime(startMs),
      end: isoTime(endMs),
      duration: (endMs - startMs) / 1000,
    });
  }

  /** Ends traffic, closes and seals the log, stops everything and writes the run's folder. Again gives the same. */
  end(say: (line: string) => void = this.#request.say): Promise<EndedLab> {
    this.#ended ??= this.#end(say);
    return this.#ended;
  }

  async #end(say: (line: string) => void): Promise<EndedLab> {
    const { lab } = this;
    clearInterval(this.#looking);
    let record: RunRecord | undefined;
    let why: string | null = null;
    try {
      await this.#mendBus();
      if (this.traffic.isOn) {
        say('ending connections in order');
        await this.traffic.stop().catch((error: unknown) => say(`traffic has no last account: ${text(error)}`));
      }
      this.#endWatch();
      say('closing the log');
      record = await lab.collect();
    } catch (error) {
      why = text(error);
    }
    this.#endWatch();
    this.#stopFollowing();
    say('stopping processes');
    await lab.down();
    const upMs = Math.round(lab.nowMs() - this.#startedAtMs);
    if (record === undefined) return this.#unsealed(why ?? 'its log could not be closed', upMs);
    say('writing the run');
    try {
      const result = this.#write(record);
      const { runId, folder } = this;
      const report = await this.#request.report(folder).catch((error: unknown) => {
        say(`the run has no report: ${text(error)}`);
        return null;
      });
      const { log, seal } = record;
      return { runId, folder, upMs, result, commits: log.length, report, seal: seal.hash, why: null };
    } catch (error) {
      return this.#unsealed(text(error), upMs);
    }
  }

  /** A log is closed through the bus. */
  async #mendBus(): Promise<void> {
    const { lab } = this;
    const bus = lab.targets.find((t) => t.role === 'bus');
    if (bus === undefined) return;
    const { bus: state } = await lab.status();
    if (state === 'down') await lab.restart(bus);
    else await lab.resume(bus).catch(() => {});
  }

  #unsealed(why: string, upMs: number): EndedLab {
    const { runId, folder } = this;
    const head = readLabHead(folder);
    if (head !== undefined) writeLabHead(folder, { ...head, state: 'unsealed', why });
    return { runId, folder, upMs, result: null, commits: this.#kept, report: null, seal: null, why };
  }

  #kept = 0;

  /** So that a log is there although nobody is left to close it. */
  #keepLog(): void {
    const { story } = this.lab;
    if (story === undefined) return;
    const path = join(this.folder, 'log.jsonl');
    let isFull = false;
    this.#stopFollowing = story.followCommits(
      (line) => {
        this.#metrics.takeCommit(line);
        if (isFull) return;
        try {
          appendFileSync(path, `${line}\n`);
          this.#kept++;
        } catch (error) {
          isFull = true;
          this.#request.say(`the log is not copied to ${path} any more: ${text(error)}`);
        }
      },
      () => {},
    );
  }

  /** A fabric file may say that there is none. */
  get #hasTraffic(): boolean {
    const { connections, captures = [] } = this.#trafficPlan;
    return captures.length > 0 || (typeof connections === 'number' ? connections : 1) > 0;
  }

  async #startTraffic(): Promise<void> {
    await this.traffic.start();
    const { connections, packetsPerSec } = this.#trafficPlan;
    const many = typeof connections === 'number' ? connections : (connections?.concurrent ?? 0);
    this.#request.say(`traffic flows: ${many} connections, ${packetsPerSec ?? 0} packets/s`);
  }

  #look(): void {
    this.#looking = setInterval(() => {
      this.traffic.goOn().catch((error: unknown) => this.#request.say(`traffic: ${text(error)}`));
    }, LOOK_AFTER_TRAFFIC_MS);
    this.#looking.unref();
  }

  #journal(record: RunRecord): Journal {
    const { startedAtMs, endedAtMs } = record;
    const { fabric, profile } = record.plan;
    const file: ExperimentFile = {
      title: `Fabric ${fabric}, lived in`,
      description: `What was done by hand to fabric ${fabric} in profile ${profile}.`,
      method: this.#done.map((d) => d.activity),
    };
    return {
      'chaoslib-version': 'rehearsal',
      platform: record.world,
      node: this.#bench.node,
      experiment: file,
      start: isoTime(startedAtMs),
      end: isoTime(endedAtMs),
      duration: (endedAtMs - startedAtMs) / 1000,
      status: 'completed',
      deviated: false,
      steady_states: { before: null, after: null, during: [] },
      run: this.#done,
      rollbacks: [],
    };
  }

  #write(record: RunRecord): RunResult {
    const { folder, runId } = this;
    const journal = this.#journal(record);
    const history = this.#bench.readHistory(record);
    const all = joinStretches(this.traffic.stretches) ?? noTraffic();
    const { ledger, rows } = all;
    const { result, affected, differences, notWell } = judge({
      record: { ...record, runId },
      folder,
      journal,
      history,
      ledger,
      rows,
      rowsFor: (_loss, faultAtMs) => rowsAt(all, faultAtMs),
      control: null,
      // Whoever lives in a fabric breaks what she likes, in any profile.
      budget: { packetsLost: Number.MAX_SAFE_INTEGER, connectionsLost: Number.MAX_SAFE_INTEGER },
      livedIn: true,
    });
    const code = this.#bench.machineCode();
    const run = {
      record,
      journal,
      ledger,
      rows,
      affected,
      differences,
      ...keptLosses(all.lost, notWell, record.faults, history),
      samples: this.#series.series(),
    };
    writeRunFolder(folder, { ...run, result, code, command: this.#request.command, livedIn: true });
    rmSync(join(folder, 'lab.json'), { force: true });
    return result;
  }
}

function text(error: unknown): string {
  if (error instanceof LabError) return error.message;
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** The account of a lab through which nothing ever flowed. */
function noTraffic(): Stretch {
  const nothing = { connections: 0, capacity: 2, startMs: 0, reasonName: String, isLoss: () => false };
  return { ledger: summarize(new Ledger(nothing), 0), rows: [], lost: { totals: [], rows: [] }, byMark: [] };
}

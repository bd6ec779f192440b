import { basename, dirname, resolve } from 'node:path';
import { loadExperiment, planWord, runExperiment, type Experiment, type RunResult } from '@rehearsal/experiment';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import type { CaptureLimits } from '@rehearsal/traffic';
import { commandChecker } from '../registry/carry-out.js';
import type { VerbContext } from '../registry/verb.js';
import { keepReport } from '../report/keep-report.js';
import { keepRunStates } from '../time/recorded-run.js';
import { captureWords } from './capture-fields.js';
import { commandOf } from './repeat.js';
import { timeWord } from '../time/time-word.js';

/** Reads an experiment; every command line in it is checked. @throws LabError (bad input) */
export async function readChecked(path: string): Promise<Experiment> {
  return loadExperiment(path, await commandChecker());
}

/**
 * The fabric an experiment is conducted on: settings of the command line win over the experiment's,
 * those over the fabric file's.
 */
export function planFor(experiment: Experiment, set: VerbContext['set']): FabricPlan {
  const { block } = experiment;
  const path = block.fabric === undefined ? findFabricFile(dirname(experiment.path)) : experiment.locate(block.fabric);
  const profile = set.profile ?? block.profile;
  return loadFabric(path, {
    overrides: { ...block.settings, ...set.settings },
    ...(profile === undefined ? {} : { profile }),
  });
}

/** `steady` of `examples/experiments/steady.yaml` */
export function experimentName(path: string): string {
  return basename(path)
    .replace(/\.(ya?ml|json)$/, '')
    .replaceAll(/[^A-Za-z0-9-]+/g, '-');
}

export interface StartRun {
  readonly path: string;
  readonly world: Lab['world'];
  readonly seed: number;
  /** False: leaves a folder only when the verdict is not `pass`. */
  readonly keep: boolean;
  /** Whether a time series is recorded; default: where the folder is kept. */
  readonly samples?: boolean;
  /** Of a live run: whether its log is archived. */
  readonly archive?: boolean;
  /** A capture or a folder of them to be played instead of the experiment's traffic. */
  readonly captures?: { readonly path: string; readonly skipUnreadable: boolean } | undefined;
  /** How many packets are captured; absent: none. */
  readonly packetCapture?: CaptureLimits | undefined;
}

/** The experiment with other traffic: captures alone. */
function playing(experiment: Experiment, captures: NonNullable<StartRun['captures']>): Experiment {
  const source = { folder: resolve(captures.path), skipUnreadable: captures.skipUnreadable };
  const { trafficSimulated: _, ...block } = experiment.block;
  return { ...experiment, block: { ...block, traffic: { captures: [source] } } };
}

/** Conducts one experiment once. */
export async function startRun(start: StartRun, context: VerbContext): Promise<RunResult> {
  const written = await readChecked(start.path);
  const experiment = start.captures === undefined ? written : playing(written, start.captures);
  const plan = planFor(experiment, context.set);
  const played = start.captures === undefined ? '' : `-${experimentName(start.captures.path)}`;
  const name = `${experimentName(start.path)}${played}-${plan.profile}`;
  // A simulated run is the same again, so its name is, too.
  const runId =
    start.world === 'simulated'
      ? `${name}-sim-${start.seed}-${planWord(plan)}`
      : `${timeWord(new Date())}-${name}-${process.pid}`;
  const { world, seed, keep, samples = keep, archive = false } = start;
  const result = await runExperiment(
    {
      experiment,
      plan,
      world,
      seed,
      runsFolder: context.runsFolder,
      runId,
      keep,
      samples,
      packetCapture: start.packetCapture,
      archive,
      command: commandFor(start, context.set),
      say: context.say,
    },
    await context.services.bench(),
  );
  if (keep) {
    await keepRunStates(result.folder, context);
    await keepReport(result.folder);
  }
  return result;
}

/** The command line that does the same again. */
export function commandFor(start: Omit<StartRun, 'keep' | 'samples'>, { profile, words }: VerbContext['set']): string {
  const { path, world, seed, captures, packetCapture, archive = false } = start;
  const played = captures === undefined ? [] : ['--captures', captures.path];
  const skipped = captures?.skipUnreadable === true ? ['--skip-unreadable'] : [];
  const where = world === 'simulated' ? ['--sim', '--seed', String(seed)] : ['--live'];
  const kept = archive ? ['--archive'] : [];
  // A profile that nobody gave as a word was chosen by the verb.
  const isSaid = profile === undefined || words.some((word) => word.startsWith('profile='));
  return commandOf(
    ['run', path, ...where, ...kept, ...played, ...skipped, ...captureWords(packetCapture)],
    isSaid ? words : [`profile=${profile}`, ...words],
  );
}

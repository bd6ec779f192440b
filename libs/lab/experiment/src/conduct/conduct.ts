import { LabError, type Lab } from '@rehearsal/lab-port';
import type { Experiment, Step } from '../file/read-experiment.js';
import { isoTime, type ActivityRecord, type Journal, type SteadyState } from './journal.js';
import { withinTolerance, type ProcessOutcome } from './tolerance.js';

/** Carries out one command line against the lab, as the command `rehearse` would. */
export type Perform = (argv: readonly string[], timeoutMs: number | undefined) => Promise<ProcessOutcome>;

export interface ConductOptions {
  readonly perform: Perform;
  /** One line for people. */
  readonly say: (line: string) => void;
  /** `node` of the journal: what ran this. */
  readonly node: string;
  /** Waits until activity `n`, counted from 0, may begin. */
  readonly until?: (n: number) => Promise<void>;
}

/**
 * Conducts an experiment on a lab that is up: hypothesis, method, hypothesis, rollbacks. Nothing
 * that goes wrong with an activity rejects; the journal has it.
 */
export async function conduct(experiment: Experiment, lab: Lab, options: ConductOptions): Promise<Journal> {
  const startMs = lab.nowMs();
  let activities = 0;
  const perform: PerformStep = (step) => performStep(step, lab, options, activities++);
  const before = await steadyState(experiment, options, perform, 'before');
  const run: ActivityRecord[] = [];
  let after: SteadyState | null = null;
  let rollbacks: ActivityRecord[] = [];
  if (before === null || before.steady_state_met) {
    for (const step of experiment.method) run.push(await perform(step));
    for (let step = experiment.next?.(run); step !== undefined; step = experiment.next?.(run)) {
      run.push(await perform(step));
    }
    after = await steadyState(experiment, options, perform, 'after');
    rollbacks = [];
    for (const step of experiment.rollbacks) rollbacks.push(await perform(step));
  }
  const endMs = lab.nowMs();
  const metBefore = before?.steady_state_met ?? true;
  const metAfter = after?.steady_state_met ?? true;
  return {
    'chaoslib-version': 'rehearsal',
    platform: lab.world,
    node: options.node,
    experiment: experiment.file,
    start: isoTime(startMs),
    end: isoTime(endMs),
    duration: (endMs - startMs) / 1000,
    status: metBefore ? 'completed' : 'failed',
    deviated: metBefore && !metAfter,
    steady_states: { before, after, during: [] },
    run,
    rollbacks,
  };
}

type PerformStep = (step: Step) => Promise<ActivityRecord>;

async function steadyState(
  experiment: Experiment,
  options: ConductOptions,
  perform: PerformStep,
  when: string,
): Promise<SteadyState | null> {
  const { hypothesis } = experiment;
  const title = experiment.file['steady-state-hypothesis']?.title;
  if (title === undefined) return null;
  const probes: ActivityRecord[] = [];
  for (const step of hypothesis) {
    probes.push(await perform(step));
    // As the Chaos Toolkit does: the first probe that deviates ends the look.
    if (probes[probes.length - 1]!.tolerance_met !== true) break;
  }
  const met = probes.every((p) => p.tolerance_met === true);
  options.say(`${title} (${when}): ${met ? 'yes' : 'no'}`);
  return { steady_state_met: met, probes };
}

async function performStep(step: Step, lab: Lab, options: ConductOptions, n: number): Promise<ActivityRecord> {
  const { activity, argv } = step;
  await pause(lab, activity.pauses?.before);
  await options.until?.(n);
  const startMs = lab.nowMs();
  const timeoutMs = activity.provider.timeout === undefined ? undefined : activity.provider.timeout * 1000;
  let output: ProcessOutcome | null = null;
  let exception: string | undefined;
  try {
    output = await options.perform(argv, timeoutMs);
    if (output.status > 1) exception = `${step.place}: ${output.stderr.trim()}`;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    exception = `${step.place}: ${error.message}`;
  }
  const endMs = lab.nowMs();
  const tolerance = activity.type === 'probe' ? activity.tolerance : undefined;
  const met = tolerance === undefined ? undefined : output !== null && withinTolerance(output, tolerance);
  // An action that is refused or deviates has failed; of a probe that is its answer.
  const failed = exception !== undefined || (activity.type === 'action' && output?.status !== 0);
  options.say(`${activity.name}: ${failed ? (exception ?? output?.stderr.trim()) : met === false ? 'no' : 'done'}`);
  await pause(lab, activity.pauses?.after);
  return {
    activity,
    output,
    status: failed ? 'failed' : 'succeeded',
    ...(exception === undefined ? {} : { exception }),
    ...(met === undefined ? {} : { tolerance_met: met }),
    start: isoTime(startMs),
    end: isoTime(endMs),
    duration: (endMs - startMs) / 1000,
  };
}

async function pause(lab: Lab, seconds: number | undefined): Promise<void> {
  if (seconds !== undefined && seconds > 0) await lab.waitMs(seconds * 1000);
}

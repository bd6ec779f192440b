import { bringUp, conduct, type ActivityRecord, type Experiment, type Workbench } from '@rehearsal/experiment';
import { LabError, type FabricPlan, type Lab } from '@rehearsal/lab-port';
import { assessLog, type CapacityInterval, type CommitLine } from '@rehearsal/runbook';

import { deferredIn, type DeferredInterval } from './deferred.js';

/** How long one step of a procedure took. */
export interface TimedStep {
  readonly name: string;
  readonly tookMs: number;
}

/** A procedure gone through once with the chances of a seed. */
export interface TimedRun {
  readonly seed: number;
  readonly steps: readonly TimedStep[];
  readonly totalMs: number;
  /** How long all of it takes back; null where nobody knows a way back. */
  readonly backMs: number | null;
  /** Times from the beginning of the procedure. */
  readonly capacity: readonly CapacityInterval[];
  readonly deferred: readonly DeferredInterval[];
  /** Why it did not come to its end. */
  readonly error?: string;
}

export interface TimeWork {
  readonly experiment: Experiment;
  readonly plan: FabricPlan;
  readonly bench: Workbench;
  readonly folder: string;
}

const CONDUCTOR = { role: 'upgrade-conductor', id: '1' } as const;
/** Clocks of processes differ: a decision may bear a time from before the command that led to it. */
const CLOCKS_WITHIN_MS = 500;
const BACK_WITHIN_MS = 24 * 3_600_000;

/** Goes through a procedure in virtual time, without traffic, and then back where an upgrade was done. */
export async function timeOnce({ experiment, plan, bench, folder }: TimeWork, seed: number): Promise<TimedRun> {
  const lab = await bench.makeLab({ plan, world: 'simulated', seed, weather: 'rough', runId: 'window', folder });
  const quiet = (): void => {};
  try {
    await bringUp(lab, quiet);
    const fromMs = lab.nowMs();
    const perform = bench.performer(lab, async () => {});
    const journal = await conduct(experiment, lab, { perform, say: quiet, node: bench.node });
    const toMs = lab.nowMs();
    const failed = journal.run.find((r) => r.status === 'failed' || r.tolerance_met === false);
    if (failed !== undefined) return broken(seed, whyFailed(failed));
    const commits = (await lab.log()).map((line) => JSON.parse(line) as CommitLine);
    const assessed = assessLog(commits, { from: fromMs, to: toMs, capacityFloorPercent: 0 });
    const capacity = assessed.capacity.map(({ from, to, share }) => ({ from: from - fromMs, to: to - fromMs, share }));
    const conducted = conductedSteps(commits, fromMs);
    return {
      seed,
      steps: conducted.length > 0 ? conducted : typedSteps(journal.run),
      totalMs: toMs - fromMs,
      backMs: await timeBack(lab),
      capacity,
      deferred: deferredIn(commits, fromMs, toMs),
    };
  } finally {
    await lab.down();
  }
}

function broken(seed: number, error: string): TimedRun {
  return { seed, steps: [], totalMs: 0, backMs: null, capacity: [], deferred: [], error };
}

function whyFailed({ activity, exception, output }: ActivityRecord): string {
  return `${activity.name}: ${exception ?? (output?.stderr.trim() || 'no')}`;
}

interface StepEvent {
  readonly type: string;
  readonly step: number;
  readonly kind: string;
  readonly of: readonly string[];
}

/** The steps of the upgrade conductor, from its own word. */
function conductedSteps(commits: readonly CommitLine[], fromMs: number): TimedStep[] {
  const begun = new Map<number, { readonly name: string; readonly atMs: number }>();
  const steps: TimedStep[] = [];
  for (const { stream, events, time } of commits) {
    if (!stream.startsWith('upgrade.') || time.ms < fromMs - CLOCKS_WITHIN_MS) continue;
    for (const event of events as unknown as readonly StepEvent[]) {
      if (event.type === 'StepBegun') {
        begun.set(event.step, { name: `${event.kind} ${event.of.join(', ')}`.trim(), atMs: time.ms });
      } else if (event.type === 'StepDone') {
        const step = begun.get(event.step);
        if (step !== undefined) steps.push({ name: step.name, tookMs: time.ms - step.atMs });
      }
    }
  }
  return steps;
}

/** The commands of a runbook, each with the time until the fabric had settled. */
function typedSteps(records: readonly ActivityRecord[]): TimedStep[] {
  const steps: TimedStep[] = [];
  for (const { activity, duration } of records) {
    const last = steps.at(-1);
    const tookMs = Math.round(duration * 1000) + (activity.pauses?.before ?? 0) * 1000;
    if (activity.type === 'probe' && last !== undefined) {
      steps[steps.length - 1] = { ...last, tookMs: last.tookMs + tookMs };
    } else steps.push({ name: activity.name, tookMs });
  }
  return steps;
}

/** Null where there is no upgrade to roll back. */
async function timeBack(lab: Lab): Promise<number | null> {
  const hasConductor = lab.targets.some((t) => t.role === CONDUCTOR.role);
  if (!hasConductor) return null;
  const startMs = lab.nowMs();
  const reply = await lab.command(CONDUCTOR, { name: 'rollback' });
  if (!reply.ok) return null;
  try {
    await lab.waitUntil({ name: 'upgrade-status', until: { equals: 'rolled-back' } }, BACK_WITHIN_MS);
    return lab.nowMs() - startMs;
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
}

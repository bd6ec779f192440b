import { awaitTrafficEnd, bringUp, conduct, Traffic, type Experiment, type Workbench } from '@rehearsal/experiment';
import { findTarget, LabError, type FabricPlan, type Lab } from '@rehearsal/lab-port';
import { assessLog, type CommitLine } from '@rehearsal/runbook';
import type { AssessCase, CaseFault } from './cases.js';

/** How one way of a procedure ended. */
export interface AssessOutcome {
  readonly index: number;
  /** Rules that were broken, with why. */
  readonly broken: readonly { readonly rule: string; readonly why: string }[];
  /** `done`, or where the procedure stopped and for which rule, as often as it was resumed. */
  readonly stops: readonly string[];
  readonly finished: boolean;
  /** The fault could not be: who was to suffer it did not run. */
  readonly impossible: boolean;
  /** The places of the procedure, of the run without a fault. */
  readonly commits?: readonly CommitLine[];
  readonly startMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Connection-level: each of a few connections sends now and then, all the time. */
export interface AssessTraffic {
  readonly connections: number;
  readonly packetsPerSec: number;
  readonly durationMs: number;
  readonly mix: Record<string, number>;
  readonly retransmit: { readonly firstMs: number; readonly maxMs: number; readonly giveUpAfter: number };
}

export interface AssessWork {
  readonly experiment: Experiment;
  readonly plan: FabricPlan;
  readonly traffic: AssessTraffic;
  readonly bench: Workbench;
  readonly folder: string;
}

const RESUMES = 3;
const WELL_WITHIN_MS = 120_000;
/** Ends that hear nothing any more have given up after this long, once they had something to send. */
const GIVES_UP_WITHIN_MS = 12_000;
const LOOK_EVERY_MS = 200;
/** Who has waited for long can wait a thousandth of that more, as a lab that waits does: installations take hours. */
const LOOKS_A_WAIT = 1000;
/** Rules that a procedure must not break, whatever one fault does; capacity is what a fault takes. */
const HELD = new Set(['redundancy', 'version-pair', 'cloning-on']);

/** Goes through the procedure once, in virtual time, with faults at their moments. */
export async function assessOnce(work: AssessWork, { index, faults }: AssessCase): Promise<AssessOutcome> {
  const { experiment, plan, bench, folder } = work;
  const lab = await bench.makeLab({ plan, world: 'simulated', seed: 1, weather: 'calm', runId: 'assess', folder });
  const quiet = (): void => {};
  const startMs = lab.nowMs();
  let impossible = false;
  for (const fault of faults) inject(lab, fault, () => (impossible = true));
  try {
    await bringUp(lab, quiet);
    const traffic = new Traffic(lab);
    await traffic.start(work.traffic);
    await lab.waitMs(experiment.block.warmUpSec * 1000);
    const fromMs = lab.nowMs();
    const stops: string[] = [];
    const perform = bench.performer(lab, async () => {});
    const journal = await conduct(experiment, lab, {
      perform: (argv, timeoutMs) => (waitsForEnd(argv) ? untilEnd(lab, argv, stops) : perform(argv, timeoutMs)),
      say: quiet,
      node: bench.node,
    });
    const toMs = lab.nowMs();
    await awaitTrafficEnd(lab, traffic, GIVES_UP_WITHIN_MS, quiet);
    const { connections } = await traffic.ledger();
    const commits = (await lab.log()).map((line) => JSON.parse(line) as CommitLine);
    const capacityFloorPercent = plan.settings['upgrade.capacityFloorPercent'];
    const assessed = assessLog(commits, { from: fromMs, to: toMs, capacityFloorPercent });
    const failed = journal.run.filter((r) => r.status === 'failed' || r.tolerance_met === false);
    const broken = [
      ...assessed.rules.filter((r) => !r.held && HELD.has(r.rule)).map(({ rule, why }) => ({ rule, why })),
      ...assessed.undone
        .filter((u) => u.rule === 'mixed-takes' && failed.length === 0)
        .map(({ rule, what }) => ({ rule, why: what })),
      ...(connections.lost > 0 ? [{ rule: 'connections', why: `${connections.lost} connections were lost` }] : []),
    ];
    const ends = failed.map((r) => `${r.activity.name}: ${r.exception ?? r.output?.stderr.trim() ?? 'no'}`);
    return {
      index,
      broken,
      stops: [...stops, ...ends],
      finished: failed.length === 0,
      impossible,
      startMs,
      fromMs,
      toMs,
      ...(faults.length === 0 && { commits }),
    };
  } catch (error) {
    if (!(error instanceof LabError) || error.kind !== 'deviated') throw error;
    const broken = [{ rule: 'invariant', why: error.message }];
    return { index, broken, stops: [], finished: false, impossible, startMs, fromMs: 0, toMs: 0 };
  } finally {
    await lab.down();
  }
}

function inject(lab: Lab, { kind, target: named, atMs, forMs }: CaseFault, onImpossible: () => void): void {
  const target = findTarget(named, lab.targets);
  lab.at?.(atMs, () => {
    const done = kind === 'panic' ? lab.kill(target, { rebootAfterMs: forMs }) : lab.hang(target);
    done.catch(onImpossible);
  });
  if (kind === 'hang') lab.at?.(atMs + forMs, () => void lab.resume(target).catch(() => {}));
}

function waitsForEnd(argv: readonly string[]): boolean {
  return argv[0] === 'wait' && argv[1] === 'upgrade-status' && argv.includes('done');
}

/** Waits for the end of an upgrade as an operator does: one that stops is resumed once the fabric is well again. */
async function untilEnd(
  lab: Lab,
  argv: readonly string[],
  stops: string[],
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const fromMs = lab.nowMs();
  const deadlineMs = fromMs + secondsOf(argv) * 1000;
  let resumes = 0;
  while (lab.nowMs() < deadlineMs) {
    const { value } = await lab.probe('upgrade-status');
    if (value === 'done') return { status: 0, stdout: '', stderr: '' };
    if (value === 'stopped') {
      stops.push(await whyStopped(lab));
      if (resumes++ === RESUMES) break;
      await well(lab);
      await lab.command({ role: 'upgrade-conductor', id: '1' }, { name: 'resume' }).catch(() => {});
    }
    await lab.waitMs(Math.max(LOOK_EVERY_MS, Math.floor((lab.nowMs() - fromMs) / LOOKS_A_WAIT)));
  }
  return { status: 1, stdout: '', stderr: 'the upgrade has not come to its end' };
}

async function well(lab: Lab): Promise<void> {
  await lab.waitUntil({ name: 'settled', until: { equals: true } }, WELL_WITHIN_MS).catch(() => {});
}

async function whyStopped(lab: Lab): Promise<string> {
  const reply = await lab.command({ role: 'upgrade-conductor', id: '1' }, { name: 'status' });
  const body = (reply.ok ? reply.body : {}) as {
    readonly upgrade?: { readonly stopped?: { rule: string; reason: string } };
  };
  const { rule = '', reason = '' } = body.upgrade?.stopped ?? {};
  return `stopped (${rule}): ${reason}`;
}

function secondsOf(argv: readonly string[]): number {
  const at = argv.indexOf('--timeout-sec');
  return at < 0 ? 60 : Number(argv[at + 1]);
}

import { sha256Hex } from '@rehearsal/kernel';
import type { FabricPlan, RunRecord } from '@rehearsal/lab-port';
import { coverageOf, type Coverage } from './coverage.js';
import { judgeSuffering, type LogFacts } from './judge-suffering.js';
import type { FabricChanges, Schedule } from './schedule.js';
import { shrink } from './shrink.js';
import { suffer, type ExploreLab, type Finding } from './suffer.js';

/** What exploring needs that this package must not know. */
export interface ExploreBench {
  /** The fabric with these settings on top of those it is explored with, changed like this. */
  planWith(settings: Schedule['settings'], changes?: FabricChanges): FabricPlan;
  makeLab(plan: FabricPlan, schedule: Schedule): ExploreLab;
  /** @param storedAtMs when each line of the log was stored, by the lab's time */
  readLog(record: RunRecord, storedAtMs: readonly number[]): LogFacts;
  /** Decides everything in a log again; sentences about what came out otherwise. */
  redecide(record: RunRecord): readonly string[];
}

/** One run: what it showed, and what it reached. */
export interface Explored {
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  /** SHA-256 over the lines of the log; '' where the run broke off. */
  readonly logHash: string;
  /** Virtual ms with bringing up the fabric. */
  readonly virtualMs: number;
}

/** Logs of so many runs are decided again: of every failing one, and of one in this many others. */
const REDECIDE_ONE_IN = 4;
const SHRINK_RUNS = 150;

/** Carries one schedule out and judges what came of it. */
export async function explore(schedule: Schedule, bench: ExploreBench): Promise<Explored> {
  const plan = bench.planWith(schedule.settings, schedule.fabric);
  const lab = bench.makeLab(plan, schedule);
  const beganMs = lab.nowMs();
  const suffering = await suffer(lab, schedule);
  const { end } = suffering;
  const record = end?.record;
  const log = end === undefined ? undefined : bench.readLog(end.record, end.storedAtMs);
  const findings = judgeSuffering(suffering, schedule, plan, log);
  if (record !== undefined && (findings.length > 0 || schedule.seed % REDECIDE_ONE_IN === 0)) {
    for (const problem of bench.redecide(record)) findings.push({ kind: 'decides otherwise', text: problem });
  }
  return {
    findings,
    coverage: coverageOf(schedule, suffering, log),
    logHash: record === undefined ? '' : sha256Hex(new TextEncoder().encode(record.log.join('\n'))),
    virtualMs: lab.nowMs() - beganMs,
  };
}

/** The smallest schedule that shows the first finding of a failing one. */
export async function smallest(schedule: Schedule, found: Finding, bench: ExploreBench): Promise<Schedule> {
  const fails = async (smaller: Schedule): Promise<boolean> => {
    const { findings } = await explore(smaller, bench);
    return findings.some((f) => f.kind === found.kind);
  };
  return shrink(schedule, fails, SHRINK_RUNS);
}

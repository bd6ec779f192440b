import {
  applyFault,
  findTarget,
  LabError,
  sameTarget,
  targetName,
  type Lab,
  type LabStatus,
  type ProcessState,
  type RunRecord,
  type Target,
} from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { Traffic } from '../conduct/traffic.js';
import { mendOfLate } from './came-late.js';
import { mendOf } from './draw-fault.js';
import { atRest } from './rest.js';
import type { Schedule, FaultStep } from './schedule.js';
import { comesUpWithinMs } from './weather.js';

/** A simulated fabric whose weather can be made calm, and which knows what happened when although clocks differ. */
export interface ExploreLab extends Lab {
  calm(): void;
  /** The lab's time, ms since the epoch, when the clock of that process showed `ms`. */
  momentOf(target: Target, ms: number): number;
  /** When each line of the log was stored, by the lab's time. */
  storedAtMs(): readonly number[];
}

/** A step, and what became of it: undefined where it was done, else why not. */
export interface Tried {
  readonly step: FaultStep;
  /** ms since the epoch. */
  readonly atMs: number;
  readonly refused: string | undefined;
}

/** What was seen of one run; the record is there unless the run broke off. All but the record is in the lab's time. */
export interface Suffering {
  readonly tried: readonly Tried[];
  readonly statuses: readonly LabStatus[];
  /** What went wrong so far, by the class it is of. */
  readonly findings: readonly Finding[];
  readonly end:
    | {
        readonly record: RunRecord;
        readonly ledger: LedgerSummary;
        readonly rows: readonly ConnectionRow[];
        /** When each line of the record's log was stored. */
        readonly storedAtMs: readonly number[];
      }
    | undefined;
}

export interface Finding {
  /** Findings of one kind are taken for the same when a schedule is shrunk. */
  readonly kind: string;
  readonly text: string;
}

const BUS: Target = { role: 'bus', id: 'bus' };
const OUTSIDE: Target = { role: 'outside-world', id: 'outside' };
const LOOK_AT_FIRST_EVERY_MS = 20;
/** What mends the way to the bus and the log: first, since nothing else can be mended without. */
const OF_THE_WAY: ReadonlySet<string> = new Set(['mend', 'disk-free']);
/** What is done to whole processes, by what they are then. */
const OF_PROCESSES: ReadonlySet<string> = new Set(['restart', 'resume', 'bus-start']);
/** Whoever is told something has this long to answer, even where the next step is due; a living role needs less. */
const ANSWER_AT_LEAST_MS = 250;
const ANSWER_AT_MOST_MS = 5_000;
const MEND_TRIES = 30;
const REST_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 200;
const SERVE_WITHIN_MS = 3_000;
/** Traffic is ended this long before the end of the run. */
const DRAIN_MS = 5_000;
const DRAIN_WITHIN_MS = 60_000;

/** Brings a fabric up, lets it suffer the schedule, mends it, and waits until it rests and traffic has ended. */
export async function suffer(lab: ExploreLab, schedule: Schedule): Promise<Suffering> {
  const run = new Run(lab, schedule);
  try {
    return { ...run.seen, end: await run.all() };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    run.seen.findings.push({ kind: classOf(error.message), text: error.message });
    return { ...run.seen, end: undefined };
  } finally {
    await lab.down().catch(() => {});
  }
}

/** The sentence without what differs from run to run: numbers, names with numbers, and what was thrown where. */
function classOf(message: string): string {
  return message
    .split('\n')[0]!
    .replace(/^Seed \d+, after [\d.]+ ms: /, '')
    .replaceAll(/\d+(_\d+)?(\.\d+)?/g, '#')
    .slice(0, 160);
}

class Run {
  readonly seen = { tried: [] as Tried[], statuses: [] as LabStatus[], findings: [] as Finding[] };
  private readonly lab: ExploreLab;
  private readonly schedule: Schedule;
  private readonly traffic: Traffic;
  private startMs = 0;

  constructor(lab: ExploreLab, schedule: Schedule) {
    this.lab = lab;
    this.schedule = schedule;
    this.traffic = new Traffic(lab);
  }

  async all(): Promise<NonNullable<Suffering['end']>> {
    const { lab, schedule, traffic } = this;
    await this.bringUp();
    this.startMs = lab.nowMs();
    await traffic.start(schedule.traffic);
    const { steps, mendAtMs } = schedule;
    for (const [i, step] of steps.entries()) {
      await this.until(step.atMs);
      await this.try(step, steps[i + 1]?.atMs ?? mendAtMs);
    }
    await this.until(schedule.mendAtMs);
    await this.mend();
    await this.rest();
    await this.serve();
    await this.until(schedule.lengthMs - DRAIN_MS);
    await traffic.drain(DRAIN_WITHIN_MS);
    await this.until(schedule.lengthMs);
    const ledger = await traffic.ledger();
    const { packets, unexplained, duplicated, reordered, corrupted } = ledger;
    const troubled = packets.dropped + packets.lost + unexplained + duplicated + reordered + corrupted > 0;
    const rows = troubled || ledger.connections.total !== ledger.connections.done ? await traffic.connections() : [];
    const record = await lab.collect();
    return { record, ledger, rows: rows.map((row) => this.inLabTime(row)), storedAtMs: lab.storedAtMs() };
  }

  /** The row was written by the clock of the world outside. */
  private inLabTime(row: ConnectionRow): ConnectionRow {
    const moment = (ms: number | null): number | null => (ms === null ? null : this.lab.momentOf(OUTSIDE, ms));
    const { openedMs, closedMs, lastDeliveredMs } = row;
    return {
      ...row,
      openedMs: moment(openedMs),
      closedMs: moment(closedMs),
      lastDeliveredMs: moment(lastDeliveredMs),
    };
  }

  private async bringUp(): Promise<void> {
    const { lab } = this;
    await lab.up();
    const deadlineMs = lab.nowMs() + comesUpWithinMs(this.schedule.weather);
    for (;;) {
      const why = atRest(await lab.status(), lab.plan, {});
      if (why === undefined) return;
      if (lab.nowMs() >= deadlineMs) {
        throw new LabError('deviated', `The fabric did not come up: ${why}.`, 'Bring it up in calm weather.');
      }
      await lab.waitMs(LOOK_AT_FIRST_EVERY_MS);
    }
  }

  private async until(atMs: number): Promise<void> {
    const leftMs = this.startMs + atMs - this.lab.nowMs();
    if (leftMs > 0) await this.lab.waitMs(leftMs);
  }

  /**
   * One that hangs or is cut off does not answer what it is told: the schedule does not wait for it, or the fabric
   * would be in trouble for far longer than the schedule says, and than endpoints have patience for.
   */
  private async try(step: FaultStep, nextAtMs: number): Promise<void> {
    const { lab } = this;
    const target = findTarget(step.target, lab.targets);
    const to = step.to === undefined ? BUS : findTarget(step.to, lab.targets);
    const atMs = lab.nowMs();
    const leftMs = this.startMs + nextAtMs - atMs;
    const answerWithinMs = Math.min(Math.max(leftMs, ANSWER_AT_LEAST_MS), ANSWER_AT_MOST_MS);
    let refused: string | undefined;
    try {
      await applyFault(lab, step.fault, { target, to, args: step.args, answerWithinMs });
    } catch (error) {
      // What cannot be done to a process that is dead already is no finding; a broken invariant is.
      if (!(error instanceof LabError) || error.kind === 'deviated') throw error;
      refused = error.message;
    }
    this.seen.tried.push({ step, atMs, refused });
    this.seen.statuses.push(await lab.status());
  }

  /** Everything, or the core, is as good as new; the weather is calm. */
  private async mend(): Promise<void> {
    const { lab, schedule } = this;
    const done = this.seen.tried.filter((t) => t.refused === undefined).map((t) => t.step);
    lab.calm();
    // A bus that stands still lets nobody be mended.
    for (const fault of ['resume', 'bus-start'] as const) await this.quietly(fault, BUS);
    const mends = done.map((step) => mendOf(step, step.atMs)).filter((mend) => mend !== undefined);
    for (const mend of mends) if (OF_THE_WAY.has(mend.fault)) await this.mendBy(mend);
    for (const { role, id } of lab.plan.roles) {
      const target: Target = { role, id };
      const end = schedule.gone[targetName(target)];
      const process = end === undefined ? await this.processOf(target) : await this.afterReboot(target);
      if (end === undefined) {
        if (process === 'hung') await this.quietly('resume', target);
        if (process === 'dead') await this.quietly('restart', target);
      } else if (end === 'cut') await lab.link(target, BUS, { cut: true });
      else if (end === 'hang' && process === 'running') await lab.hang(target);
      else if (process === 'running' || process === 'hung') await lab.kill(target, { rebootAfterMs: null });
    }
    await this.mendRoles(mends.filter((m) => !OF_PROCESSES.has(m.fault) && !OF_THE_WAY.has(m.fault)));
  }

  /** An operator's command is refused while the log is all but full, and for a while after; so each is tried again. */
  private async mendRoles(mends: readonly FaultStep[]): Promise<void> {
    let left = mends.filter((mend) => this.schedule.gone[mend.target] === undefined);
    for (let tries = 0; left.length > 0 && tries < MEND_TRIES; tries++) {
      const refused: FaultStep[] = [];
      for (const mend of left) if (!(await this.mendBy(mend))) refused.push(mend);
      left = refused;
      if (left.length > 0) await this.lab.waitMs(LOOK_EVERY_MS);
    }
  }

  private async mendBy({ fault, target, to, args }: FaultStep): Promise<boolean> {
    const { lab } = this;
    const other = to === undefined ? BUS : findTarget(to, lab.targets);
    return this.quietly(fault, findTarget(target, lab.targets), other, args);
  }

  private async processOf(target: Target): Promise<ProcessState> {
    return rowOf(await this.lab.status(), target).process;
  }

  /** What reboots comes back first: it cannot fail before. */
  private async afterReboot(target: Target): Promise<ProcessState> {
    for (;;) {
      const process = await this.processOf(target);
      if (process !== 'rebooting') return process;
      await this.lab.waitMs(LOOK_EVERY_MS);
    }
  }

  private async quietly(
    fault: FaultStep['fault'],
    target: Target,
    to: Target = BUS,
    args: FaultStep['args'] = {},
  ): Promise<boolean> {
    // A bus that runs needs no start.
    if (fault === 'bus-start' && (await this.lab.status()).bus === 'up') return true;
    try {
      await applyFault(this.lab, fault, { target, to, args });
      return true;
    } catch (error) {
      if (!(error instanceof LabError) || error.kind === 'deviated') throw error;
      return false;
    }
  }

  private async rest(): Promise<void> {
    const { lab, schedule } = this;
    const deadlineMs = lab.nowMs() + REST_WITHIN_MS;
    for (;;) {
      const status = await lab.status();
      this.seen.statuses.push(status);
      const why = atRest(status, lab.plan, schedule.gone);
      if (why === undefined) return;
      await this.undoWhatCameLate(status);
      if (lab.nowMs() >= deadlineMs) {
        this.seen.findings.push({
          kind: `no rest: ${classOf(why)}`,
          text: `not at rest ${REST_WITHIN_MS} ms after everything was mended: ${why}`,
        });
        return;
      }
      await lab.waitMs(LOOK_EVERY_MS);
    }
  }

  /** What a member did not answer may be done all the same, and as late as it wakes or the log has room again. */
  private async undoWhatCameLate(status: LabStatus): Promise<void> {
    for (const { step, refused } of this.seen.tried) {
      const target = findTarget(step.target, this.lab.targets);
      if (refused === undefined || target.role !== 'member' || this.schedule.gone[step.target] !== undefined) continue;
      const mend = mendOfLate(step, rowOf(status, target));
      if (mend !== undefined) await this.mendBy(mend);
    }
  }

  /** While there is traffic, somebody judges it in a fabric at rest. */
  private async serve(): Promise<void> {
    const { lab, traffic } = this;
    if (this.seen.findings.length > 0) return;
    const judged = async (): Promise<number> => {
      const { delivered, dropped } = (await traffic.ledger()).packets;
      return delivered + dropped;
    };
    const before = await judged();
    for (let waitedMs = 0; waitedMs < SERVE_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
      const status = await traffic.status();
      if (status.state !== 'RUNNING' || status.connections === 0) return;
      await lab.waitMs(LOOK_EVERY_MS);
      if ((await judged()) > before) return;
    }
    const { sent, delivered, dropped, lost } = (await traffic.ledger()).packets;
    if (sent === delivered + dropped + lost) return;
    this.seen.findings.push({
      kind: 'serves nothing',
      text: `at rest, and no packet is judged in ${SERVE_WITHIN_MS} ms`,
    });
  }
}

function rowOf(status: LabStatus, target: Target): LabStatus['sync'] {
  const rows = [...status.orchestrators, ...status.members, status.sync, status.traffic];
  return rows.find((row) => sameTarget({ role: row.role as Target['role'], id: row.id }, target))!;
}

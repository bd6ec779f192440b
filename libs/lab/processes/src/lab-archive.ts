import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { FabricPlan, ProcessBook, ProcessStatus } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port';
import { Child } from './child.js';
import type { Happenings } from './happenings.js';
import type { LabBus } from './lab-bus.js';
import { readNotes } from './notes.js';
import type { ArchiveParts } from './process-lab-parts.js';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { lookEvery } from './questions.js';
import type { Questions } from './questions.js';

export interface LabArchiveParts {
  readonly plan: FabricPlan;
  readonly runId: string;
  /** Where its configuration and its log go. */
  readonly dir: string;
  readonly build: string;
  readonly archive: ArchiveParts;
  readonly nodeFlags: readonly string[];
  readonly bus: LabBus;
  readonly questions: Questions;
  readonly book: ProcessBook;
  readonly happenings: Happenings;
  readonly isWanted: () => boolean;
}

export const ARCHIVE = { role: 'archive', id: '1' } as const;

/** Its last note where the log is not the one it has archived: starting it again would not help. */
const REFUSED = 'archive_refused';
const AGAIN_MS = 1_000;
const STOP_WITHIN_MS = 10_000;
const CATCH_UP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 50;

/** What the archive says of where it publishes to. */
interface OutletDetail {
  readonly about?: string;
  readonly state?: string;
  readonly lag?: number;
  readonly reason?: string;
}

/** The archive of a lab's log. The fabric neither waits for it nor notices when it is away. */
export class LabArchive {
  readonly child: Child<typeof ARCHIVE>;
  private readonly parts: LabArchiveParts;
  private again: NodeJS.Timeout | undefined;

  constructor(parts: LabArchiveParts) {
    this.parts = parts;
    this.child = new Child(ARCHIVE, parts.archive.main, parts.dir, parts.nodeFlags);
  }

  /** Returns at once. */
  start(): void {
    const { book, happenings } = this.parts;
    this.child.onSpawn = (pid) => book.note('archive', pid);
    this.child.onUnexpectedEnd = (code, signal) => this.onEnd(code, signal);
    this.child
      .start((incarnation) => this.config(incarnation))
      .then(
        () => happenings.say(`archive runs (pid ${this.child.pid})`),
        // Its end is told of where it is noticed.
        () => undefined,
      );
  }

  status(): Promise<ProcessStatus> {
    return this.parts.questions.statusOf(this.child);
  }

  /** Lets it archive the end of the log, if it can within its time, and ends it. */
  async stop(): Promise<void> {
    clearTimeout(this.again);
    // There is no fabric any more that it could hold up.
    letRun(this.child.pid);
    if (this.child.state === 'running' && this.parts.bus.isUp) await this.caughtUp();
    await this.child.stop(STOP_WITHIN_MS);
  }

  /** Restores the lost log with what is archived of it; the archive itself is not at work meanwhile. */
  async rebuild(): Promise<{ readonly commits: number; readonly kept: string | null }> {
    const { plan, bus, archive, happenings } = this.parts;
    if (bus.isUp) {
      throw new LabError(
        'bad-input',
        'The bus runs, and its log cannot be replaced under it.',
        'Stop it first: rehearse fault bus-kill bus.',
      );
    }
    clearTimeout(this.again);
    await this.child.stop(STOP_WITHIN_MS);
    try {
      const { fabric, site, settings } = plan;
      const lost = { dir: bus.dir, fabric, site, logMaxBytes: settings['log.maxBytes'] };
      const { messages, kept = null } = await archive.rebuild(lost);
      happenings.say(`the log is restored from its archive: ${messages} commits`);
      return { commits: messages, kept };
    } catch (error) {
      throw new LabError(
        'environment',
        `The log cannot be restored: ${reasonOf(error)}.`,
        'The lost one is untouched.',
      );
    } finally {
      this.start();
    }
  }

  private async caughtUp(): Promise<void> {
    const deadlineMs = performance.now() + CATCH_UP_WITHIN_MS;
    // It may not have heard of the last commits yet, and then does not know that it lags. Nobody writes any more.
    const lastSeq = await this.lastSeq();
    await new Promise<void>((resolve) => {
      const isGoing = (): boolean => performance.now() < deadlineMs && this.child.state === 'running';
      const cancel = lookEvery(
        LOOK_EVERY_MS,
        () => true,
        async () => {
          const { ready, detail } = await this.status();
          const isDone = ready && detail['lag'] === 0 && Number(detail['archivedSeq']) >= lastSeq;
          const { state, lag = 0, about, reason } = (detail['outlet'] ?? {}) as OutletDetail;
          // An outlet that is away may be away for long.
          if ((!isDone || (lag > 0 && state === 'up')) && isGoing()) return;
          cancel();
          const { happenings } = this.parts;
          if (!isDone) happenings.say(`the archive did not catch up: ${JSON.stringify(detail)}`);
          if (lag > 0) {
            const why = reason === undefined ? '' : `: ${reason}`;
            happenings.say(`${lag} commits are archived and not published (${about})${why}`);
          }
          resolve();
        },
      );
    });
  }

  /** Of the log; 0 where the log server does not say. */
  private lastSeq(): Promise<number> {
    return new Promise((resolve) => this.parts.bus.runtime.rawLog.lastSeq((lastSeq = 0) => resolve(lastSeq)));
  }

  private onEnd(code: number | null, signal: string | null): void {
    const { happenings, isWanted } = this.parts;
    if (!isWanted()) return;
    const refusal = readNotes(this.child.logFile, ARCHIVE.role, ARCHIVE.id).findLast(
      (note) => note.incarnation === this.child.incarnation && note.code === REFUSED,
    );
    const next = refusal === undefined ? 'it is started again' : String(refusal.fields['reason']);
    happenings.say(`archive ended by itself (${signal ?? code}): ${next}`);
    if (refusal !== undefined) return;
    this.child.state = 'rebooting';
    this.again = setTimeout(() => {
      if (isWanted()) this.start();
    }, AGAIN_MS);
  }

  private config(incarnation: number) {
    const { plan, runId, bus, build, archive } = this.parts;
    return {
      fabric: plan.fabric,
      site: plan.site,
      ...ARCHIVE,
      incarnation,
      ...bus.archiveAccess,
      settings: plan.settings,
      securityGroup: plan.securityGroup.name,
      members: [],
      orchestrators: plan.orchestrators,
      build,
      run: runId,
      archiveDir: archive.dir,
      ...archive.extra,
    };
  }
}

/** Gives all threads of a process the ordinary priority where the system lets us (as root). */
function letRun(pid: number | null): void {
  if (pid === null) return;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      setPriority(Number(thread), constants.priority.PRIORITY_NORMAL);
    }
  } catch {
    // Not permitted, or it has just ended: it only takes longer.
  }
}

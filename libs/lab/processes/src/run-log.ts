import { commitIds, Decider, HybridClock, parseCommit } from '@rehearsal/kernel';
import type { CommitStore, Runtime } from '@rehearsal/kernel';
import type { RunEvent, RunInput, RunState } from '@rehearsal/lab-port';
import { LabError, runMachine, sealLog } from '@rehearsal/lab-port';

const decoder = new TextDecoder();

/** Everything in the log at the moment of the call, one stored commit a line. */
export function readLog(log: CommitStore): Promise<string[]> {
  return new Promise((resolve) => {
    const lines: string[] = [];
    const cancel = log.follow(
      '',
      1,
      (stored) => lines.push(decoder.decode(stored.bytes)),
      () => {
        // Not from within the call that may still be returning the way to cancel.
        queueMicrotask(() => {
          cancel();
          resolve(lines);
        });
      },
    );
  });
}

/**
 * The log of a run to its end: `RunClosed` is the last of it. What processes that are not stopped yet decide after it
 * belongs to no run.
 * @param lines in the order of the site's log
 */
export function toItsEnd(lines: readonly string[]): readonly string[] {
  const end = lines.findLastIndex((line) => parseCommit(line).events.some(({ type }) => type === 'RunClosed'));
  return end < 0 ? lines : lines.slice(0, end + 1);
}

/** The lab's own stream: opened when a run begins, closed with the heads of all others when it ends. */
export class RunLog {
  private readonly decider: Decider<RunState, RunInput, RunEvent>;
  private readonly rt: Runtime;
  private readonly runId: string;
  private readonly site: number;

  constructor(rt: Runtime, runId: string, site: number, build: string) {
    this.rt = rt;
    this.runId = runId;
    this.site = site;
    const clock = new HybridClock(() => rt.nowMs());
    this.decider = new Decider({
      machine: runMachine,
      stream: `run.${runId}`,
      store: rt.log,
      hlc: () => clock.now(),
      after: (delayMs, run) => rt.after(delayMs, run),
      nowMs: () => rt.nowMs(),
      note: (level, code, fields) => rt.note(level, code, fields),
      fatal: (code, fields) => rt.fatal(code, fields),
      principal: { name: 'lab', known: 'service' },
      build,
      newCommitId: commitIds(rt.self),
      settings: { seenIds: true },
    });
    this.decider.start();
  }

  open(fields: {
    fabric: string;
    profile: string;
    world: string;
    settings: Readonly<Record<string, unknown>>;
  }): Promise<void> {
    return this.submit({ ...this.input('open'), runId: this.runId, ...fields });
  }

  async close(): Promise<void> {
    const lines = await readLog(this.rt.log);
    const before = sealLog(lines, this.site);
    const streams = before.streams.filter((s) => !s.stream.startsWith('run.'));
    await this.submit({ ...this.input('close'), streams, lastSeq: before.sequences.last });
  }

  private input<T extends RunInput['type']>(type: T): { type: T; id: string; at: number; from: 'command' } {
    return { type, id: `${this.runId}.${type}`, at: Math.floor(this.rt.nowMs()), from: 'command' };
  }

  private submit(input: RunInput): Promise<void> {
    return new Promise((resolve, reject) => {
      this.decider.submit(input, undefined, undefined, (reply) => {
        if (reply.kind === 'committed' || reply.kind === 'repeated') resolve();
        else {
          const reason = reply.kind === 'failed' ? reply.reason : 'nothing was decided';
          reject(new LabError('environment', `The run could not be ${input.type}ed: ${reason}.`, 'See the bus log.'));
        }
      });
    });
  }
}

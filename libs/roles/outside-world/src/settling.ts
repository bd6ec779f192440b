import type { Cancel, Command, CommandReply, Runtime } from '@rehearsal/kernel';
import type { Run } from './run.js';

const DEFAULT_DEADLINE_MS = 30_000;

interface Waiter {
  readonly sinceMs: number;
  readonly cancel: Cancel;
  readonly done: (reply: CommandReply) => void;
}

/** Those who asked to hear when everything sent is accounted for, or their deadline has come. */
export class Settling {
  private readonly rt: Runtime;
  private readonly run: () => Run | undefined;
  private waiters: Waiter[] = [];

  constructor(rt: Runtime, run: () => Run | undefined) {
    this.rt = rt;
    this.run = run;
  }

  /** Answers `command` in time; its `deadlineMs` counts from now. */
  wait(command: Command, done: (reply: CommandReply) => void): void {
    const { deadlineMs = DEFAULT_DEADLINE_MS } = command.args as { deadlineMs?: number };
    const waiter: Waiter = {
      sinceMs: this.rt.nowMs(),
      done,
      cancel: this.rt.after(deadlineMs, () => {
        this.waiters = this.waiters.filter((w) => w !== waiter);
        this.answer(waiter);
      }),
    };
    this.waiters.push(waiter);
    this.look();
  }

  /** Something was accounted for. */
  look(): void {
    if (this.waiters.length === 0 || this.run()?.settled !== true) return;
    for (const waiter of this.waiters.splice(0)) {
      waiter.cancel();
      this.answer(waiter);
    }
  }

  refuseAll(reason: string): void {
    for (const waiter of this.waiters.splice(0)) {
      waiter.cancel();
      waiter.done({ ok: false, reason });
    }
  }

  private answer(waiter: Waiter): void {
    const run = this.run();
    const waitedMs = Math.ceil(this.rt.nowMs() - waiter.sinceMs);
    waiter.done({
      ok: true,
      body: {
        settled: run?.settled === true,
        waitedMs,
        outstanding: run?.ledger.outstanding ?? 0,
        connections: run?.ledger.openConnections ?? 0,
        queued: run?.queued ?? 0,
      },
    });
  }
}

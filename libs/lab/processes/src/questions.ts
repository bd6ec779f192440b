import type { CommandReply, Reply } from '@rehearsal/kernel';
import type { LogUsage, Metric, ProcessStatus } from '@rehearsal/lab-port';
import { LabError, processStatus } from '@rehearsal/lab-port';
import { controlSubject } from '@rehearsal/protocol';
import type { RoleName } from '@rehearsal/protocol';
import type { Child } from './child.js';
import type { LabBus } from './lab-bus.js';
import { readLog } from './run-log.js';

/** A process of the fabric, or one that belongs to none of its roles. */
type AnyChild = Child<{ readonly role: RoleName; readonly id: string }>;

export const COMMAND_TIMEOUT_MS = 5_000;
const STATUS_TIMEOUT_MS = 1_000;
/** Flow records are for the record: a run does not wait for ever for what the bus has lost. */
const FLOWS_SILENT_MS = 5_000;

/** What a lab asks the processes of its fabric, and the log. */
export class Questions {
  private readonly bus: LabBus;
  private commands = 0;

  constructor(bus: LabBus) {
    this.bus = bus;
  }

  async ask(
    child: AnyChild,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs: number,
    traceparent?: string,
  ): Promise<CommandReply> {
    const rt = this.bus.runtime;
    const { role, id } = child.entry;
    const body = JSON.stringify({ id: `lab.${++this.commands}`, name: command.name, args: command.args ?? {} });
    return new Promise((resolve, reject) => {
      const answered = (reply: Reply): void => {
        if (reply.kind === 'answer') resolve(JSON.parse(new TextDecoder().decode(reply.body)) as CommandReply);
        else {
          reject(
            new LabError(
              'environment',
              `${child.name} did not answer '${command.name}' within ${timeoutMs} ms (${reply.kind}); it is ${child.state}.`,
              'Resume or restart it, or wait longer.',
            ),
          );
        }
      };
      rt.within(traceparent, () =>
        rt.ask(controlSubject(role, id), new TextEncoder().encode(body), timeoutMs, answered),
      );
    });
  }

  /** What a process is, and what it says of itself if it answers. */
  async statusOf(child: AnyChild): Promise<ProcessStatus> {
    const answer =
      child.state === 'running'
        ? await this.ask(child, { name: 'status' }, STATUS_TIMEOUT_MS).catch(() => undefined)
        : undefined;
    const { role, id } = child.entry;
    const { state, pid, incarnation, endedByItself: restarts } = child;
    return processStatus({ role, id, process: state, pid, incarnation, restarts }, answer);
  }

  /** How far traffic is; undefined when nobody says so. */
  async progressOf(traffic: Child): Promise<unknown> {
    if (traffic.state !== 'running') return undefined;
    const reply = await this.ask(traffic, { name: 'progress' }, STATUS_TIMEOUT_MS).catch(() => undefined);
    return reply?.ok === true ? reply.body : undefined;
  }

  async metricsOf(child: Child): Promise<Metric[]> {
    if (child.state !== 'running' || child.httpPort === undefined) return [];
    const { role, id } = child.entry;
    const counts = await fetch(`http://127.0.0.1:${child.httpPort}/counts`).then((r) => r.json());
    return Object.entries(counts as Readonly<Record<string, number>>)
      .map(([name, value]): Metric => ({ role, id, name, value }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  logUsage(): Promise<LogUsage> {
    return new Promise((resolve, reject) => {
      this.bus.runtime.log.usage((usage) => {
        if (usage !== undefined) resolve(usage);
        else reject(new LabError('environment', 'The log does not say how full it is.', 'Start the bus first.'));
      });
    });
  }

  /** Every commit as a line; fails within moments while the bus is away. */
  log(): Promise<readonly string[]> {
    return new Promise((done, failed) => {
      const late = setTimeout(() => {
        const what = `The log could not be read within ${COMMAND_TIMEOUT_MS} ms; the bus is ${this.bus.isUp ? 'up' : 'down'}.`;
        failed(new LabError('environment', what, 'Restart or resume the bus, or try again.'));
      }, COMMAND_TIMEOUT_MS);
      readLog(this.bus.runtime.log)
        .then(done, failed)
        .finally(() => clearTimeout(late));
    });
  }

  /** Every batch of flow records that is kept; `isWhole` false where the bus stopped giving them for a while. */
  flows(): Promise<{ readonly batches: readonly Uint8Array[]; readonly isWhole: boolean }> {
    return new Promise((done) => {
      const batches: Uint8Array[] = [];
      const end = (isWhole: boolean): void => {
        clearTimeout(late);
        cancel();
        done({ batches, isWhole });
      };
      const late = setTimeout(() => end(false), FLOWS_SILENT_MS);
      const cancel = this.bus.runtime.followFlows(
        1,
        ({ bytes }) => {
          late.refresh();
          batches.push(bytes);
        },
        // Not from within the call that may still be returning the way to cancel.
        () => queueMicrotask(() => end(true)),
      );
    });
  }

  /** Every commit as a line, however long that takes. */
  wholeLog(): Promise<readonly string[]> {
    return readLog(this.bus.runtime.log);
  }
}

/** Looks again and again, one look at a time; what is returned ends that. */
export function lookEvery(
  everyMs: number,
  goesOn: () => boolean,
  look: (ended: () => boolean) => Promise<void>,
): () => void {
  let ended = false;
  const round = (): void => {
    if (ended || !goesOn()) return;
    const beganMs = performance.now();
    // One look at a time: a fabric under load is not asked the more often, the longer it takes to answer.
    const next = (): void => {
      if (!ended) setTimeout(round, Math.max(1, everyMs - (performance.now() - beganMs))).unref();
    };
    look(() => ended).then(next, next);
  };
  round();
  return () => {
    ended = true;
  };
}

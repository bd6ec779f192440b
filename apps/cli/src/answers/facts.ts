import { readConnections, readKeptParts, type RunResult } from '@rehearsal/experiment';
import type { Samples } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';

/** A decision of the security group, or of what is on the disks of its appliances. */
export interface GroupEvent {
  readonly type: string;
  readonly member?: string;
  readonly state?: string;
  readonly kind?: string;
  readonly reason?: string;
  /** ms since the epoch. */
  readonly atMs: number;
}

/** All that the figures of an answer are read from: one run, as its folder has it. */
export interface Facts {
  readonly result: RunResult;
  /** Decisions of the security group and of its software, in order. */
  readonly events: readonly GroupEvent[];
  readonly rows: readonly ConnectionRow[];
  readonly samples: Samples;
  /** What the steps of the method printed, by their names. */
  readonly printed: ReadonlyMap<string, string>;
}

const TOLD_OF = ['security-group.', 'software.'];

interface LoggedCommit {
  readonly stream: string;
  readonly time: { readonly ms: number };
  readonly events: readonly Omit<GroupEvent, 'atMs'>[];
}

/** @throws LabError (bad input) where the folder lacks a part */
export function readFacts(folder: string): Facts {
  const { head, journal, log, samples } = readKeptParts(folder);
  return {
    result: head.result,
    events: log.flatMap((line) => {
      const { stream, time, events } = JSON.parse(line) as LoggedCommit;
      const isTold = TOLD_OF.some((prefix) => stream.startsWith(prefix));
      return isTold ? events.map((event) => ({ ...event, atMs: time.ms })) : [];
    }),
    rows: readConnections(folder),
    samples: samples ?? { everyMs: 0, members: [], samples: [] },
    printed: new Map(journal.run.map((step) => [step.activity.name, step.output?.stdout ?? ''])),
  };
}

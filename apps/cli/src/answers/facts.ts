import { readConnections, readKeptParts, type RunResult } from '@rehearsal/experiment';
import type { Samples } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';

/** A decision of the security group. */
export interface GroupEvent {
  readonly type: string;
  readonly member?: string;
  readonly reason?: string;
}

/** All that the figures of an answer are read from: one run, as its folder has it. */
export interface Facts {
  readonly result: RunResult;
  /** Decisions of the security group, in order. */
  readonly events: readonly GroupEvent[];
  readonly rows: readonly ConnectionRow[];
  readonly samples: Samples;
  /** What the steps of the method printed, by their names. */
  readonly printed: ReadonlyMap<string, string>;
}

const GROUP = 'security-group.';

/** @throws LabError (bad input) where the folder lacks a part */
export function readFacts(folder: string): Facts {
  const { head, journal, log, samples } = readKeptParts(folder);
  return {
    result: head.result,
    events: log.flatMap((line) => {
      const { stream, events } = JSON.parse(line) as { readonly stream: string; readonly events: GroupEvent[] };
      return stream.startsWith(GROUP) ? events : [];
    }),
    rows: readConnections(folder),
    samples: samples ?? { everyMs: 0, members: [], samples: [] },
    printed: new Map(journal.run.map((step) => [step.activity.name, step.output?.stdout ?? ''])),
  };
}

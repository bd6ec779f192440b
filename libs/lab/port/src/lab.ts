import type { CommandReply, Settings } from '@rehearsal/kernel';
import type { FabricPlan } from './plan.js';
import type { FaultRecord, Metric, Note, RunRecord } from './record.js';
import type { LabStatus, LedgerSummary } from './status.js';
import type { Target } from './target.js';

/** How long a member that panicked is away: it writes its memory to disk, then it reboots. */
export function dumpAndRebootMs(settings: Settings): number {
  return settings['member.dumpMs'] + settings['member.rebootMs'];
}

export interface KillOptions {
  /** When the process is started again; null: stays dead until `restart`. Default: `dumpAndRebootMs`. */
  readonly rebootAfterMs?: number | null;
}

/** The way from one process to another; what is not named is as good as new. */
export interface LinkSpec {
  readonly cut?: boolean;
  /** Default true: the way back has the same fault. */
  readonly bothWays?: boolean;
  readonly delayMs?: number;
  /** Kilobits a second; what is more waits. */
  readonly rateKbps?: number;
  /** What the log says to this process comes so much later. */
  readonly logDelayMs?: number;
  readonly lossPerMillion?: number;
  readonly duplicatePerMillion?: number;
  readonly reorderPerMillion?: number;
}

export interface LogUsage {
  readonly usedBytes: number;
  readonly maxBytes: number;
}

/** One look at a fabric; `value` is plain JSON. */
export interface ProbeReading {
  readonly name: string;
  readonly value: unknown;
  readonly atMs: number;
}

export interface ProbeRequest {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What the processes of a fabric said of themselves at one moment. */
export interface Reading {
  readonly status: LabStatus;
  /** The outside world's answer to `progress`; undefined while there is no traffic, and where it did not answer. */
  readonly progress: unknown;
}

/** A probe with the answer that is waited for. */
export interface WaitFor extends ProbeRequest {
  /** `equals` compares as JSON; `atLeast` and `atMost` are inclusive. */
  readonly until: { readonly equals: unknown } | { readonly atLeast: number } | { readonly atMost: number };
}

/** What a lab can tell of itself while it runs. */
export interface LabStory {
  /** Every stored commit, one a line, from the first; then those that come. Gives the way to stop. */
  followCommits(onLine: (line: string) => void, onCaughtUp: () => void): () => void;
  /** What was done to it so far, the oldest first. */
  faults(): readonly FaultRecord[];
  /** What its processes have noted so far, the oldest first. */
  notes(): readonly Note[];
}

/** Where a process answers for its health and its metrics, on the loopback interface. */
export interface Endpoint {
  readonly role: string;
  readonly id: string;
  readonly port: number;
}

/**
 * A running fabric and everything that can be done to it. Time is the fabric's own: virtual where
 * it is simulated. Every method rejects with a LabError.
 */
export interface Lab {
  readonly world: 'simulated' | 'processes';
  readonly plan: FabricPlan;
  readonly targets: readonly Target[];
  /** Where it can tell of itself while it runs. */
  readonly story?: LabStory;
  /** Of the processes that run now; another one after each start. Absent where there are no processes. */
  endpoints?(): readonly Endpoint[];
  /** ms since the epoch. */
  nowMs(): number;
  /** Starts everything, and resolves when every role says it is ready. */
  up(): Promise<void>;
  status(): Promise<LabStatus>;
  kill(target: Target, options?: KillOptions): Promise<void>;
  hang(target: Target): Promise<void>;
  resume(target: Target): Promise<void>;
  /** Kills it if it lives, starts it again, and resolves when the new process runs. */
  restart(target: Target): Promise<void>;
  /** An empty spec mends. `environment` where this lab cannot do that to a link. */
  link(from: Target, to: Target, spec: LinkSpec): Promise<void>;
  /** Leaves so much room in the log; null gives back all it had. */
  limitLog(roomBytes: number | null): Promise<void>;
  logUsage(): Promise<LogUsage>;
  /**
   * Restores the log from its archive while the bus is down; `kept`: where what was left of the lost one is. Absent where
   * the log is not archived.
   */
  rebuildLog?(): Promise<{ readonly commits: number; readonly kept: string | null }>;
  /** As `command`, recorded as a fault; a refusal rejects with the role's reason. */
  inflict(
    target: Target,
    command: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
    timeoutMs?: number,
  ): Promise<void>;
  /** A refusal is an answer; only a process that does not answer within `timeoutMs` (5000) rejects. */
  command(
    target: Target,
    command: { readonly name: string; readonly args?: Readonly<Record<string, unknown>> },
    timeoutMs?: number,
  ): Promise<CommandReply>;
  probe(name: string, args?: Readonly<Record<string, unknown>>): Promise<ProbeReading>;
  ledger(): Promise<LedgerSummary>;
  /**
   * Reads the fabric every `everyMs` of its own time from now on, without doing anything to it: a simulated run is the
   * same to the byte with a watcher and without. A reading that cannot be had is left out. Returns the end of it.
   */
  watch(everyMs: number, on: (reading: Reading) => void): () => void;
  /** What the log holds now, one stored commit a line, in the order of the site's log. */
  log(): Promise<readonly string[]>;
  /** Counters and gauges of every process that answers, as they are now. */
  metrics(): Promise<readonly Metric[]>;
  waitMs(ms: number): Promise<void>;
  /** Has something done when so much of the fabric's time has passed since its start. Absent where time is not virtual. */
  at?(afterMs: number, run: () => void): void;
  /** Resolves with the first reading that fits; rejects with `deviated` and the last one. */
  waitUntil(wait: WaitFor, timeoutMs: number): Promise<ProbeReading>;
  /** Closes the run (`RunClosed` ends its log) and gives its record; again gives the same. */
  collect(): Promise<RunRecord>;
  /** Stops everything. Safe to call again. */
  down(): Promise<void>;
}

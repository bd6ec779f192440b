import type { AsRunData } from './as-run.js';
import type { Profile, Settings } from '@rehearsal/kernel';
import type { FaultRecord, Samples } from '@rehearsal/lab-port';
import type { LedgerSummary, LossTotal } from '@rehearsal/traffic';

type Counts = Readonly<Record<string, number>>;
type MsOrNull = number | null;

/** What a run came to, as its folder has it. Times are ms and count from the fault; null where there was none. */
export interface ResultData {
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  readonly reasons: readonly string[];
  /** Known issues of the software that members ran and that acted. */
  readonly knownIssues: readonly { readonly what: string; readonly members: readonly string[] }[];
  readonly ledger: {
    readonly packets: {
      readonly sent: number;
      readonly delivered: number;
      readonly dropped: Counts;
      readonly lost: Counts;
    };
    readonly unexplained: number;
    readonly correction: { readonly packets: number; readonly perMille: number; readonly extraP50Us: number };
  };
  readonly connections: {
    readonly opened: number;
    readonly affected: number;
    readonly kept: number;
    readonly lost: number;
    readonly lostByCause: Counts;
  };
  readonly prediction: {
    readonly predictedLost: number;
    readonly predictedByCause: Counts;
    readonly measuredLost: number;
  };
  readonly failover: {
    readonly detectedMs: MsOrNull;
    readonly committedMs: MsOrNull;
    readonly firstPacketMs: MsOrNull;
    readonly silenceMs: { readonly p50: MsOrNull; readonly p99: MsOrNull; readonly max: MsOrNull };
    readonly connectionsMoved: number;
  };
  readonly log: { readonly commits: number; readonly chain: string };
}

/** One thing that the experiment did or looked at. */
export interface StepData {
  readonly name: string;
  readonly type: 'action' | 'probe';
  /** ms since the epoch. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly outcome: string;
  readonly went: 'well' | 'badly';
}

/** Connections that came to a bad end, by cause and fault. */
export interface ConnectionLossTotal {
  readonly outcome: string;
  readonly cause: string;
  readonly fault: string | null;
  readonly connections: number;
}

/** Everything a report of one run is made of. Texts may hold anything: all of them are escaped. */
export interface RunData {
  readonly title: string;
  readonly description: string;
  readonly runId: string;
  readonly fabric: string;
  readonly world: 'simulated' | 'processes';
  readonly seed: number | null;
  readonly profile: Profile;
  readonly settings: Settings;
  readonly members: readonly string[];
  /** Hash of the code that decided. */
  readonly build: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly result: ResultData;
  readonly faults: readonly FaultRecord[];
  /** One stored commit a line, as JSON. */
  readonly log: readonly string[];
  /** Null where none were recorded. */
  readonly samples: Samples | null;
  /** How long each affected connection was silent after its fault, in any order. */
  readonly silencesMs: readonly number[];
  readonly losses: {
    readonly packets: readonly LossTotal[];
    readonly connections: readonly ConnectionLossTotal[];
  };
  readonly ledger: Pick<LedgerSummary, 'latency' | 'connections' | 'resent' | 'duplicated' | 'reordered' | 'corrupted'>;
  readonly steps: readonly StepData[];
  /** Command lines that lead there again, or look closer. */
  /** Where a runbook was gone through. */
  readonly asRun?: AsRunData;
  readonly commands: readonly { readonly does: string; readonly command: string }[];
}

/** One seed of an experiment. */
export interface SeedData {
  readonly seed: number;
  readonly verdict: 'pass' | 'fail' | 'inconclusive';
  /** Why it is not `pass`. */
  readonly reason: string;
  /** Figures by name; null where the seed has none. */
  readonly figures: Readonly<Record<string, number | null>>;
}

/** Everything a report of many seeds is made of. */
export interface SeedsData {
  readonly title: string;
  readonly description: string;
  readonly fabric: string;
  readonly profile: Profile;
  readonly settings: Settings;
  readonly from: number;
  readonly to: number;
  readonly seeds: readonly SeedData[];
  readonly commands: readonly { readonly does: string; readonly command: string }[];
}

export interface Report {
  /** One page that needs nothing else. */
  readonly html: string;
  /** The same in short. */
  readonly markdown: string;
}

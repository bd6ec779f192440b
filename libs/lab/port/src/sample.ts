/** The first line of `samples.jsonl`. */
export interface SampleHead {
  /** How far samples are apart, in the fabric's own time. */
  readonly everyMs: number;
  /** Every list of a sample has one value for each of them. */
  readonly members: readonly string[];
}

/** Deliveries since the sample before, in microseconds. */
export interface SampledLatency {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** One moment of a run. Where somebody did not answer there is null. */
export interface Sample {
  /** ms since the epoch. */
  readonly atMs: number;
  /** Packets since traffic began. */
  readonly sent: number | null;
  readonly delivered: number | null;
  readonly dropped: number | null;
  readonly lost: number | null;
  /** Connections the outside world has open. */
  readonly open: number | null;
  readonly latencyUs: SampledLatency | null;
  /** In the view of the orchestrator that counts fewest members, or most slots. */
  readonly membersActive: number | null;
  readonly exposedSlots: number | null;
  /** Packets each member has judged since its process began. */
  readonly judged: readonly (number | null)[];
  /** Bytes that each has let through since then; older runs have none. */
  readonly passedBytes?: readonly (number | null)[];
  /** Connections that have begun at each since then; older runs have none. */
  readonly opened?: readonly (number | null)[];
  /** Connections in the slots each member serves. */
  readonly connections: readonly (number | null)[];
  /** Connections each member holds whose last change is not on its way to a backup. */
  readonly aheadOfCopies: readonly (number | null)[];
}

/** The series of a run, as its folder has it. */
export interface Samples extends SampleHead {
  readonly samples: readonly Sample[];
}

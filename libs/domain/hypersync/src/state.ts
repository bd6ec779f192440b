/** The run that brings copies in step, the present or the last one. */
export interface Iterator {
  readonly status: 'none' | 'running' | 'finished' | 'superseded' | 'abandoned';
  /** ms since the epoch; 0 before the first run. */
  readonly startedAt: number;
  /** 0 while it runs. */
  readonly runningMs: number;
  readonly reason: 'none' | 'joined' | 'lost' | 'inStep' | 'leaving' | 'returned';
  /** Whose loss or coming led to it; '' before the first run. */
  readonly member: string;
  /** Slots there were to copy when it started. */
  readonly slots: number;
  /** Connections looked at, and those of them that were copied. */
  readonly iterated: number;
  readonly connections: number;
  readonly percent: number;
}

export interface HypersyncState {
  /** Version of the last commit; 0 before the first. */
  readonly version: number;
  readonly members: readonly string[];
  readonly progressStepPercent: number;
  /** Version of the slot table that `due` and `exposed` were taken from. */
  readonly tableVersion: number;
  /** By slot: number of the member that is to hold a copy and does not yet; 0 none. */
  readonly due: readonly number[];
  /** By slot: table version of the last copy that was reported; 0 none. */
  readonly reported: readonly number[];
  /** Slots without a backup, rising. */
  readonly exposed: readonly number[];
  readonly iterator: Iterator;
}

/** Fields in the order in which a state is read back from its canonical form, so that both are of one shape. */
export const initialState: HypersyncState = {
  due: [],
  exposed: [],
  iterator: {
    connections: 0,
    iterated: 0,
    member: '',
    percent: 0,
    reason: 'none',
    runningMs: 0,
    slots: 0,
    startedAt: 0,
    status: 'none',
  },
  members: [],
  progressStepPercent: 100,
  reported: [],
  tableVersion: 0,
  version: 0,
};

import type { HypersyncState } from '@rehearsal/hypersync';

export interface SyncStatus {
  /** The run that brings copies in step: the present or the last one. */
  readonly iterator: {
    readonly status: HypersyncState['iterator']['status'];
    /** ms since the epoch; 0: none has run. */
    readonly startedAtMs: number;
    readonly runningMs: number;
    readonly reason: HypersyncState['iterator']['reason'];
    /** Whose loss or coming led to it. */
    readonly member: string;
    readonly slots: number;
    readonly connectionsIterated: number;
    readonly connectionsCopied: number;
    readonly percent: number;
  };
  readonly slotsExposed: number;
  readonly slotsDue: number;
  /** Version of the slot table this is about. */
  readonly tableVersion: number;
  readonly version: number;
}

export function statusOf(state: HypersyncState, nowMs: number): SyncStatus {
  const { status, startedAt, runningMs, reason, member, slots, iterated, connections, percent } = state.iterator;
  return {
    iterator: {
      status,
      startedAtMs: startedAt,
      runningMs: status === 'running' ? Math.max(0, Math.floor(nowMs - startedAt)) : runningMs,
      reason,
      member,
      slots,
      connectionsIterated: iterated,
      connectionsCopied: connections,
      percent,
    },
    slotsExposed: state.exposed.length,
    slotsDue: state.due.filter((member) => member !== 0).length,
    tableVersion: state.tableVersion,
    version: state.version,
  };
}

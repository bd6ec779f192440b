import type { SlotsByMember } from '@rehearsal/security-group';
import type { HypersyncEvent } from './events.js';
import type { HypersyncState } from './state.js';
import { initialState } from './state.js';

/** Folds one event. Total: what it does not know leaves the state as it is. */
export function evolve(state: HypersyncState, event: HypersyncEvent): HypersyncState {
  const version = event.version;
  switch (event.type) {
    case 'Configured': {
      const { members, slots, progressStepPercent } = event.config;
      const none = new Array<number>(slots).fill(0);
      return { ...initialState, version, members, progressStepPercent, due: none, reported: none };
    }
    case 'CopiesDue': {
      const { tableVersion, exposed } = event;
      return { ...state, version, tableVersion, exposed, due: bySlot(event.copies, state.due.length) };
    }
    case 'IteratorStarted': {
      const { startedAt, reason, member, slots } = event;
      const counts = { runningMs: 0, iterated: 0, connections: 0, percent: 0 };
      return { ...state, version, iterator: { status: 'running', startedAt, reason, member, slots, ...counts } };
    }
    case 'IteratorProgress':
      return { ...state, version, iterator: { ...state.iterator, percent: event.percent } };
    case 'SlotsCopied': {
      const reported = state.reported.slice();
      for (const slot of event.slots) reported[slot] = event.tableVersion;
      const { iterator } = state;
      return {
        ...state,
        version,
        reported,
        iterator: {
          ...iterator,
          iterated: iterator.iterated + event.iterated,
          connections: iterator.connections + event.connections,
        },
      };
    }
    case 'IteratorFinished': {
      const { outcome, runningMs } = event;
      const percent = outcome === 'finished' ? 100 : state.iterator.percent;
      return { ...state, version, iterator: { ...state.iterator, status: outcome, runningMs, percent } };
    }
    case 'ConfigureIgnored':
    case 'ConfigureRefused':
    case 'CopiesIgnored':
      return { ...state, version };
    default:
      return unknown(state, event);
  }
}

function unknown(state: HypersyncState, _event: never): HypersyncState {
  return state;
}

function bySlot(rows: SlotsByMember, slots: number): number[] {
  const members = new Array<number>(slots).fill(0);
  for (const row of rows) {
    for (let i = 1; i < row.length; i++) members[row[i] as number] = row[0] as number;
  }
  return members;
}

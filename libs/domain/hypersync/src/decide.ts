import type { HypersyncEvent, IteratorFinished } from './events.js';
import type { Configure, Copied, CopiesChosen, HypersyncConfig, HypersyncInput, Progress } from './inputs.js';
import type { HypersyncState } from './state.js';

export function decide(state: HypersyncState, input: HypersyncInput): readonly HypersyncEvent[] {
  switch (input.type) {
    case 'configure':
      return configure(state, input);
    case 'copiesChosen':
      return copiesChosen(state, input);
    case 'copied':
      return copied(state, input);
    case 'progress':
      return progress(state, input);
    default:
      return unknown(input);
  }
}

function unknown(_input: never): readonly HypersyncEvent[] {
  return [];
}

function configure(state: HypersyncState, { config }: Configure): readonly HypersyncEvent[] {
  const version = state.version + 1;
  if (state.members.length === 0) return [{ type: 'Configured', version, config }];
  if (isConfiguredAs(state, config)) {
    return [{ type: 'ConfigureIgnored', version, reason: 'hypersync is configured like this already' }];
  }
  const reason = 'hypersync is configured already, and differently: start a new fabric to change it';
  return [{ type: 'ConfigureRefused', version, reason }];
}

function isConfiguredAs(state: HypersyncState, config: HypersyncConfig): boolean {
  return (
    state.due.length === config.slots &&
    state.progressStepPercent === config.progressStepPercent &&
    state.members.length === config.members.length &&
    state.members.every((id, i) => id === config.members[i])
  );
}

/** Takes over the newest word on what is due; a run starts with work to do and ends without. */
function copiesChosen(state: HypersyncState, input: CopiesChosen): readonly HypersyncEvent[] {
  const version = state.version + 1;
  const { tableVersion, copies, exposed, reason, member, at } = input;
  const stale = state.members.length === 0 ? 'hypersync is not configured yet' : newer(state, tableVersion);
  if (stale !== undefined) return [{ type: 'CopiesIgnored', version, tableVersion, reason: stale }];

  const events: HypersyncEvent[] = [{ type: 'CopiesDue', version, tableVersion, copies, exposed }];
  const running = state.iterator.status === 'running';
  const slots = copies.reduce((sum, row) => sum + row.length - 1, 0);
  if (running && slots === 0) {
    events.push(finish(state, version, at, reason === 'inStep' ? 'finished' : 'abandoned'));
  } else if (slots > 0 && (!running || reason !== 'inStep')) {
    if (running) events.push(finish(state, version, at, 'superseded'));
    events.push({ type: 'IteratorStarted', version, startedAt: at, reason, member, slots });
  }
  return events;
}

function newer(state: HypersyncState, tableVersion: number): string | undefined {
  if (tableVersion > state.tableVersion) return undefined;
  return `table version ${state.tableVersion} is known already`;
}

function finish(
  state: HypersyncState,
  version: number,
  at: number,
  outcome: IteratorFinished['outcome'],
): IteratorFinished {
  const { startedAt, iterated, connections } = state.iterator;
  // Start and end may come from different processes, whose clocks differ a little.
  const runningMs = Math.max(0, at - startedAt);
  return { type: 'IteratorFinished', version, finishedAt: at, runningMs, outcome, iterated, connections };
}

/** Passes on what is still due and newer than the last report; a report that is repeated changes nothing. */
function copied(state: HypersyncState, input: Copied): readonly HypersyncEvent[] {
  const number = state.members.indexOf(input.member) + 1;
  if (number === 0) return [];
  const slots = rising(input.slots).filter(
    (slot) => state.due[slot] === number && input.version > (state.reported[slot] as number),
  );
  if (slots.length === 0) return [];
  const { member, incarnation, active, activeIncarnation, connections } = input;
  return [
    {
      type: 'SlotsCopied',
      version: state.version + 1,
      member,
      incarnation,
      active,
      activeIncarnation,
      slots,
      tableVersion: input.version,
      connections,
      iterated: Math.max(connections, input.iterated ?? 0),
    },
  ];
}

/** Each slot once, in order; most often they come like that. */
function rising(slots: readonly number[]): readonly number[] {
  for (let i = 1; i < slots.length; i++) {
    if ((slots[i] as number) <= (slots[i - 1] as number)) return [...new Set(slots)].sort((a, b) => a - b);
  }
  return slots;
}

/** Recorded only when it passes the next step, so that a long copy leaves a handful of commits. */
function progress(state: HypersyncState, input: Progress): readonly HypersyncEvent[] {
  const { iterator, progressStepPercent: step } = state;
  if (iterator.status !== 'running' || input.total === 0) return [];
  const percent = Math.min(100, Math.floor((input.connections * 100) / input.total));
  if (Math.floor(percent / step) <= Math.floor(iterator.percent / step)) return [];
  return [{ type: 'IteratorProgress', version: state.version + 1, percent, connections: input.connections }];
}

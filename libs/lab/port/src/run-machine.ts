import type { Input, Machine, StreamHead } from '@rehearsal/kernel';

/** The lab's own stream, `run.<run id>`: what was run, and where every other stream ended. */

export interface OpenRun extends Input {
  readonly type: 'open';
  readonly runId: string;
  readonly fabric: string;
  readonly profile: string;
  readonly world: string;
  /** Every resolved setting, as JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface CloseRun extends Input {
  readonly type: 'close';
  /** Heads of all other streams, sorted by stream. */
  readonly streams: readonly StreamHead[];
  /** The last sequence of the site's log before this commit. */
  readonly lastSeq: number;
}

export type RunInput = OpenRun | CloseRun;

export type RunEvent =
  | {
      readonly type: 'Configured';
      readonly runId: string;
      readonly fabric: string;
      readonly profile: string;
      readonly world: string;
      readonly settings: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'RunClosed'; readonly streams: readonly StreamHead[]; readonly lastSeq: number }
  | { readonly type: 'RunRefused'; readonly reason: string };

export interface RunState {
  readonly phase: 'new' | 'open' | 'closed';
  readonly runId: string;
}

function decide(state: RunState, input: RunInput): RunEvent[] {
  if (input.type === 'open') {
    if (state.phase !== 'new') return [{ type: 'RunRefused', reason: 'this run was opened before' }];
    const { runId, fabric, profile, world, settings } = input;
    return [{ type: 'Configured', runId, fabric, profile, world, settings }];
  }
  if (state.phase !== 'open') return [{ type: 'RunRefused', reason: `this run is ${state.phase}, not open` }];
  return [{ type: 'RunClosed', streams: input.streams, lastSeq: input.lastSeq }];
}

function evolve(state: RunState, event: RunEvent): RunState {
  if (event.type === 'Configured') return { phase: 'open', runId: event.runId };
  return event.type === 'RunClosed' ? { ...state, phase: 'closed' } : state;
}

export const runMachine: Machine<RunState, RunInput, RunEvent> = {
  kind: 'run',
  initial: { phase: 'new', runId: '' },
  evolve,
  decide,
  react: () => [],
  deadlines: () => [],
};

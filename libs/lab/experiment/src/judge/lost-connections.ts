import type { ConnectionRow } from '@rehearsal/traffic';
import type { Fate } from './fate.js';
import type { MemberLoss } from './history.js';

/** A connection that was open when a member failed that held it, or an entry by which its packets find it. */
export interface AffectedConnection {
  readonly row: ConnectionRow;
  /** The slot it lost its member of: its home, else that of a forwarding entry. */
  readonly slot: number;
  readonly loss: MemberLoss;
  readonly faultAtMs: number;
  /** What the policy says must have become of its state. */
  readonly fate: Fate;
  /** Its packets were refused for want of state. */
  readonly stateGone: boolean;
  /** Why it did not outlive the fault; undefined where it did. */
  readonly cause: string | undefined;
}

/** A word for a connection that was lost and of which no record says why. */
export const NO_CAUSE = 'unexplained';
/** Of one that follows from another, which was lost before it could begin. */
export const NEVER_BEGAN = 'never_began';
/** Of one whose first packet an orchestrator held up until others of it had gone by another. */
export const BEGAN_LATE = 'began_late';

type Counts = Readonly<Record<string, number>>;

/** Whether a connection failed where the run without faults did not. */
export function isLost(row: ConnectionRow, control: ConnectionRow | undefined): boolean {
  // Recorded packets come whatever happened to their connection; that its state is gone shows in the drops.
  if (row.kind === 'capture') return isRefused(row, control);
  return row.outcome !== 'done' && row.outcome !== control?.outcome;
}

/**
 * Whether packets were refused that pass without faults, since nobody knew their connection: as out of state, or by
 * the policy as if they began one.
 */
function isRefused(row: ConnectionRow, control: ConnectionRow | undefined): boolean {
  const { outOfState, byPolicy } = refusals(row, control);
  return outOfState + byPolicy > 0;
}

/**
 * Whether packets were refused for want of a state that there had been: not those that had come before what was to
 * begin their connection, which was in an orchestrator that hung or died.
 */
export function isStateGone(row: ConnectionRow, control: ConnectionRow | undefined): boolean {
  const { outOfState, byPolicy } = refusals(row, control);
  return outOfState > row.droppedTooEarly || byPolicy > 0;
}

function refusals(row: ConnectionRow, control: ConnectionRow | undefined) {
  const dropped = moreThan(row.dropped, control?.dropped);
  return {
    outOfState: dropped['out_of_state'] ?? 0,
    byPolicy: row.kind === 'generated' ? (dropped['policy_drop'] ?? 0) : 0,
  };
}

/**
 * Names what took a lost connection: what the policy says of its state where that was gone, else the loss or drop
 * most of its packets met. `parent`: the connection it follows from.
 */
export function causeOfLoss(
  row: ConnectionRow,
  control: ConnectionRow | undefined,
  fate: Fate | undefined,
  parent: ConnectionRow | undefined,
): string {
  const stateGone = isStateGone(row, control);
  if (fate !== undefined && stateGone) return fate.cause ?? NO_CAUSE;
  if (row.outcome === 'unstarted' && parent !== undefined && parent.outcome !== 'done') return NEVER_BEGAN;
  const lost = greatest(moreThan(row.lost, control?.lost));
  if (lost !== undefined) return lost;
  if (!stateGone && row.droppedTooEarly > 0) return BEGAN_LATE;
  return greatest(moreThan(row.dropped, control?.dropped)) ?? NO_CAUSE;
}

/** What a run counts above its control, by name. */
function moreThan(run: Counts, control: Counts | undefined): Counts {
  return Object.fromEntries(
    Object.entries(run)
      .map(([name, n]) => [name, n - (control?.[name] ?? 0)] as const)
      .filter(([, n]) => n > 0),
  );
}

function greatest(counts: Counts): string | undefined {
  const sorted = Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted[0]?.[0];
}

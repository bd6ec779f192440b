import type { Settings } from '@rehearsal/kernel';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { MemberLoss } from './history.js';

/** A connection that was open when its active member failed. */
export interface AffectedConnection {
  readonly row: ConnectionRow;
  readonly slot: number;
  readonly loss: MemberLoss;
  readonly faultAtMs: number;
  /** Why it did not outlive the fault; undefined where it did. */
  readonly cause: string | undefined;
}

/** A word for a connection that was lost and of which no record says why. */
export const NO_CAUSE = 'unexplained';

/** How long a state may be on its way beyond the interval of deltas, on a busy machine. */
const IN_FLIGHT_MS = 1_000;

type Counts = Readonly<Record<string, number>>;

/** Whether a connection failed where the run without faults did not. */
export function isLost(row: ConnectionRow, control: ConnectionRow | undefined): boolean {
  // Recorded packets come whatever happened to their connection; that its state is gone shows in the drops.
  if (row.kind === 'capture') return moreThan(row.dropped, control?.dropped)['out_of_state'] !== undefined;
  return row.outcome !== 'done' && row.outcome !== control?.outcome;
}

/**
 * Names what took a lost connection: by the sync policy where its state was gone, else the loss or
 * drop most of its packets met.
 */
export function causeOfLoss(
  row: ConnectionRow,
  control: ConnectionRow | undefined,
  at: { readonly loss: MemberLoss; readonly slot: number; readonly faultAtMs: number } | undefined,
  settings: Settings,
): string {
  const dropped = moreThan(row.dropped, control?.dropped);
  const lost = moreThan(row.lost, control?.lost);
  if (dropped['out_of_state'] !== undefined && at !== undefined) return stateLost(row, at, settings);
  return greatest(lost) ?? greatest(dropped) ?? NO_CAUSE;
}

function stateLost(
  row: ConnectionRow,
  at: { readonly loss: MemberLoss; readonly slot: number; readonly faultAtMs: number },
  settings: Settings,
): string {
  if (settings['sync.policy'] === 'never' || settings['sync.never'].includes(row.service)) return 'never_synced';
  if (at.loss.orphaned.has(at.slot)) return 'no_backup';
  const ageMs = at.faultAtMs - (row.openedMs ?? at.faultAtMs);
  const dueMs = settings['sync.policy'] === 'delayed' ? settings['sync.delayMs'] : 0;
  if (ageMs < dueMs) return 'not_yet_synced';
  // Older than any delta takes to go: its state should have been there.
  if (dueMs > 0 && ageMs > dueMs + settings['sync.deltaMs'] + IN_FLIGHT_MS) return NO_CAUSE;
  return 'sync_in_flight';
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

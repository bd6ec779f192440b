import type { Settings } from '@rehearsal/kernel';
import type { FaultRecord } from '@rehearsal/lab-port';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { RunResult } from '../result.js';
import { faultTimeOf } from './affected.js';
import { CLOCKS_WITHIN_MS } from './fate.js';
import type { FabricHistory } from './history.js';
import type { AffectedConnection } from './lost-connections.js';

/** A lost connection that no failed member held. */
export interface LostElsewhere {
  readonly row: ConnectionRow;
  readonly cause: string;
}

/** Why a connection went on whose state was gone. */
export type SparedReason =
  /** Nothing of it came to the new member, or only what ended it anyway. */
  | 'over_before'
  /** Its next packet began it anew. */
  | 'began_anew'
  /** It was lost, but for its packets: none met the want of state. */
  | 'lost_its_packets';

const LISTED = 20;
/** A SYN may have been without an answer for so long. */
const UNANSWERED_MS = 1_000;
/** Refusals for want of state. */
const REFUSED = new Set(['out_of_state', 'policy_drop']);

/** Of connections that no failed member held: those that were refused for want of state, which nothing accounts for. */
export function strangeAmong(
  elsewhere: readonly LostElsewhere[],
  byId: ReadonlyMap<number, ConnectionRow>,
  history: FabricHistory,
  faults: readonly FaultRecord[],
): LostElsewhere[] {
  return elsewhere.filter(({ row, cause }) => {
    if (!REFUSED.has(cause)) return false;
    const { home, entries } = history.placeOf(row, row.follows === null ? undefined : byId.get(row.follows));
    // Begun at a member that was failing already: some packets it still answered, and took to its grave.
    return !history.losses.some(
      (loss) =>
        [home, ...entries].some((slot) => loss.slots.has(slot)) &&
        row.openedMs !== null &&
        row.openedMs >= faultTimeOf(loss, history.losses, faults) - CLOCKS_WITHIN_MS &&
        row.openedMs <= loss.committedAtMs + CLOCKS_WITHIN_MS,
    );
  });
}

/** Compares what must have become of affected connections with what the ledger saw of them. */
export function comparePrediction(
  affected: readonly AffectedConnection[],
  strange: readonly LostElsewhere[],
  settings: Settings,
): RunResult['prediction'] {
  const predictedByCause: Record<string, number> = {};
  const spared: Record<string, number> = {};
  const unpredicted: LostElsewhere[] = [...strange];
  const outlived: LostElsewhere[] = [];
  const inFlight = { connections: 0, lost: 0 };
  let predictedLost = 0;
  let measuredLost = strange.length;
  for (const met of affected) {
    const { row, fate } = met;
    const measured = met.cause !== undefined && met.stateGone;
    if (measured) measuredLost++;
    if (fate.fate === 'open') {
      inFlight.connections++;
      if (measured) inFlight.lost++;
    } else if (fate.fate === 'kept') {
      if (measured) unpredicted.push({ row, cause: met.cause! });
    } else {
      predictedLost++;
      add(predictedByCause, fate.cause!);
      if (measured) continue;
      const reason = whySpared(met, settings);
      if (reason === undefined) outlived.push({ row, cause: fate.cause! });
      else add(spared, reason);
    }
  }
  return {
    predictedLost,
    predictedByCause,
    measuredLost,
    unpredicted: someOf(unpredicted),
    spared,
    outlived: someOf(outlived),
    inFlight,
  };
}

function whySpared(met: AffectedConnection, settings: Settings): SparedReason | undefined {
  const { row, loss, faultAtMs, stateGone, cause } = met;
  if (cause !== undefined) return 'lost_its_packets';
  const { lastDeliveredMs } = row;
  if (stateGone || lastDeliveredMs === null || lastDeliveredMs <= loss.committedAtMs) return 'over_before';
  const isTcp = row.tuple.endsWith('/tcp');
  // A SYN without an answer is sent again, by its client or by the orchestrator that kept it.
  const maySendSynAgain = row.openedMs !== null && row.openedMs >= faultAtMs - UNANSWERED_MS;
  if (!isTcp || settings['tcp.outOfState'] === 'pass' || maySendSynAgain) return 'began_anew';
  return undefined;
}

function someOf(rows: readonly LostElsewhere[]): RunResult['prediction']['unpredicted'] {
  const first = rows.slice(0, LISTED).map(({ row, cause }) => ({ id: row.id, tuple: row.tuple, cause }));
  return { connections: rows.length, first };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

import type { Settings } from '@rehearsal/kernel';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { FabricHistory, MemberLoss, Placement } from './history.js';

/** Of what a member held of a connection, at the member's loss. */
export const FATE = {
  /** A copy was left. */
  kept: 'kept',
  /** The copy was on its way: it may have come, or not. */
  open: 'open',
  /** There was no copy. */
  lost: 'lost',
} as const;
export type FateName = (typeof FATE)[keyof typeof FATE];

/** What the policy says of a connection that a loss met. */
export interface Fate {
  readonly fate: FateName;
  /** Why there is no copy, or may be none; undefined where one must be. */
  readonly cause: LossCause | undefined;
}

/** Why there was no copy of a connection's state. */
export type LossCause = 'never_synced' | 'not_yet_synced' | 'sync_in_flight' | 'no_backup' | 'policy_unknown';

/** A member lost under a connection. */
export interface Met {
  readonly loss: MemberLoss;
  readonly faultAtMs: number;
  /** The member may have gone on copying until then: `faultAtMs`, or later where it was not dead. */
  readonly copiesUntilMs: number;
  /** Another member was lost under it before. */
  readonly again: boolean;
}

/** How long a copy may be on its way beyond the interval of deltas: some repeats on a link, or a machine that is busy. */
export const IN_FLIGHT_MS = 400;
/** By how much the clock of the outside world, which says when connections began, may differ from that of the faults. */
export const CLOCKS_WITHIN_MS = 100;

const KEPT: Fate = { fate: 'kept', cause: undefined };

/**
 * What a member's loss must do to a connection, by where it was held, how it is copied and how old it was:
 * never copied, it is gone; delayed, it is gone until it is older than the delay; copied strictly, it is kept.
 */
export function fateOf(
  row: ConnectionRow,
  place: Placement,
  met: Met,
  history: Pick<FabricHistory, 'changedHands'>,
  settings: Settings,
): Fate {
  const { loss } = met;
  const fates = loss.slots.has(place.home) ? [homeLost(row, place, met, history, settings)] : [];
  for (const slot of place.entries) if (loss.slots.has(slot)) fates.push(entryLost(row, place, slot, met, settings));
  return fates.find((f) => f.fate === 'lost') ?? fates.find((f) => f.fate === 'open') ?? KEPT;
}

function homeLost(
  row: ConnectionRow,
  { home, copied }: Placement,
  met: Met,
  history: Pick<FabricHistory, 'changedHands'>,
  settings: Settings,
): Fate {
  const { loss, faultAtMs, copiesUntilMs } = met;
  if (loss.orphaned.has(home)) return { fate: 'lost', cause: 'no_backup' };
  if (copied === null) return { fate: 'open', cause: 'policy_unknown' };
  if (copied === 'strict') return KEPT;
  const openedMs = row.openedMs ?? faultAtMs;
  // Who hands a slot over hands all of it over, and may be the backup from then on: with a copy of everything.
  const leftBehind = history.changedHands?.(home, openedMs, faultAtMs) === true;
  if (copied === 'never') return { fate: leftBehind ? 'open' : 'lost', cause: 'never_synced' };
  const ageMs = faultAtMs - openedMs;
  const dueMs = copied === 'delayed' ? settings['sync.delayMs'] : 0;
  if (ageMs < dueMs - CLOCKS_WITHIN_MS) {
    const mayBeCopied = leftBehind || copiesUntilMs - openedMs >= dueMs - CLOCKS_WITHIN_MS;
    return { fate: mayBeCopied ? 'open' : 'lost', cause: 'not_yet_synced' };
  }
  if (ageMs <= dueMs + settings['sync.deltaMs'] + IN_FLIGHT_MS) return { fate: 'open', cause: 'sync_in_flight' };
  // What an earlier loss took may have begun anew since, and be younger than it looks.
  if (met.again && copied === 'delayed') return { fate: 'open', cause: 'not_yet_synced' };
  return KEPT;
}

/** Forwarding entries are copied strictly, however their connection is. */
function entryLost(row: ConnectionRow, { copied }: Placement, slot: number, met: Met, settings: Settings): Fate {
  const { loss, faultAtMs } = met;
  if (copied === null) return { fate: 'open', cause: 'policy_unknown' };
  // The home asks for it anew; what comes in until then finds nothing.
  if (loss.orphaned.has(slot)) return { fate: 'open', cause: 'no_backup' };
  const ageMs = faultAtMs - (row.openedMs ?? faultAtMs);
  const isHeld = settings['correction.ackFirst'] || ageMs > settings['sync.deltaMs'] + IN_FLIGHT_MS;
  return isHeld ? KEPT : { fate: 'open', cause: 'sync_in_flight' };
}

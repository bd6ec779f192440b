import type { CopiesChosen } from '../events.js';
import type { SecurityGroupState } from '../state.js';
import { activeMembers, exposedSlots, holders, memberOf } from '../state.js';
import { imbalanceOf, swapsOfLeaving, swapsToBalance } from '../table/balance.js';
import { chooseCopies } from '../table/placement.js';
import { rowsOf } from '../table/rows.js';
import { goOnDeferring } from './deferral.js';
import type { Draft } from './draft.js';
import { goOnInstalling } from './install.js';
import { goOnChanging } from './set-distribution.js';

/** Without `requireInStep` each round moves at least one slot nearer to its place; this bounds a mistake. */
const MAX_ROUNDS = 1_000;

/** What follows, in the same commit, from a member that came, went or caught up. */
export function settle(draft: Draft, reason: CopiesChosen['reason'], member: string): void {
  const copies = chooseAndSwap(draft);
  const { state, before, version } = draft;
  // The state of the draft counts too: copies to a restarted member begin again, though the choice is the same.
  if (!same(copies, state.joining) || !same(copies, before.joining) || !exposeTheSame(state, before)) {
    draft.emit({
      type: 'CopiesChosen',
      version,
      reason,
      member,
      copies: rowsOf(copies, 1),
      exposed: exposedSlots(state),
    });
  }

  const actives = activeMembers(state);
  if (actives.length === 0) draft.emit({ type: 'GroupDown', version });
  const smo = holders(state)[0] ?? 0;
  if (smo !== state.smo) draft.emit({ type: 'SmoChanged', version, smo: memberOf(state, smo) });
  if (state.rebalancing && actives.length > 0 && isEmpty(copies)) draft.emit({ type: 'GroupBalanced', version });
  goOnInstalling(draft);
  goOnChanging(draft);
  goOnDeferring(draft);
}

/** Swaps what can be swapped now and returns who is to be copied to, slot by slot. */
function chooseAndSwap(draft: Draft): readonly number[] {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const copies = swapAndChoose(draft);
    if (draft.state.requireInStep || isEmpty(copies)) return copies;
    draft.emit({ type: 'BackupsAssumed', version: draft.version, copies: rowsOf(copies, 1) });
  }
  return chooseCopies(draft.state);
}

function swapAndChoose(draft: Draft): readonly number[] {
  const { state, version } = draft;
  const leaving = swapsOfLeaving(state);
  if (leaving.length > 0) draft.emit({ type: 'SlotsSwapped', version, slots: leaving });
  if (!state.rebalancing) return chooseCopies(state);
  const imbalance = imbalanceOf(state);
  const slots = swapsToBalance(state, imbalance);
  if (slots.length === 0) return chooseCopies(state, imbalance);
  draft.emit({ type: 'SlotsSwapped', version, slots });
  return chooseCopies(state);
}

function isEmpty(copies: readonly number[]): boolean {
  for (let slot = 0; slot < copies.length; slot++) if (copies[slot] !== 0) return false;
  return true;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function exposeTheSame(a: SecurityGroupState, b: SecurityGroupState): boolean {
  if (a.active === b.active && a.backup === b.backup) return true;
  for (let slot = 0; slot < a.active.length; slot++) {
    if ((a.active[slot] !== 0 && a.backup[slot] === 0) !== (b.active[slot] !== 0 && b.backup[slot] === 0)) return false;
  }
  return true;
}

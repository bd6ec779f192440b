import type { CopiesChosen } from '../events.js';
import { activeMembers, exposedSlots, memberOf } from '../state.js';
import { swapsToBalance } from '../table/balance.js';
import { chooseCopies } from '../table/placement.js';
import { rowsOf } from '../table/rows.js';
import type { Draft } from './draft.js';

/** Without `requireInStep` each round moves at least one slot nearer to its place; this bounds a mistake. */
const MAX_ROUNDS = 1_000;

/** What follows, in the same commit, from a member that came, went or caught up. */
export function settle(draft: Draft, reason: CopiesChosen['reason'], member: string): void {
  const copies = chooseAndSwap(draft);
  const { state, before, version } = draft;
  const exposed = exposedSlots(state);
  // The state of the draft counts too: copies to a restarted member begin again, though the choice is the same.
  if (!same(copies, state.joining) || !same(copies, before.joining) || !same(exposed, exposedSlots(before))) {
    const rows = rowsOf(copies, (slot) => copies[slot] !== 0);
    draft.emit({ type: 'CopiesChosen', version, reason, member, copies: rows, exposed });
  }

  const actives = activeMembers(state);
  if (actives.length === 0) draft.emit({ type: 'GroupDown', version });
  const smo = actives[0] ?? 0;
  if (smo !== state.smo) draft.emit({ type: 'SmoChanged', version, smo: memberOf(state, smo) });
  if (state.rebalancing && actives.length > 0 && copies.every((to) => to === 0)) {
    draft.emit({ type: 'GroupBalanced', version });
  }
}

/** Swaps what can be swapped now and returns who is to be copied to, slot by slot. */
function chooseAndSwap(draft: Draft): readonly number[] {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (draft.state.rebalancing) {
      const slots = swapsToBalance(draft.state);
      if (slots.length > 0) draft.emit({ type: 'SlotsSwapped', version: draft.version, slots });
    }
    const copies = chooseCopies(draft.state);
    if (draft.state.requireInStep || copies.every((to) => to === 0)) return copies;
    const rows = rowsOf(copies, (slot) => copies[slot] !== 0);
    draft.emit({ type: 'BackupsAssumed', version: draft.version, copies: rows });
  }
  return chooseCopies(draft.state);
}

function same(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

import type { SecurityGroupEvent } from '../events.js';
import type { InStep } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { memberNumber } from '../state.js';
import { draftFrom } from './draft.js';
import { settle } from './settle.js';

const NOT_CHOSEN = 'the member is not being copied to in these slots (any more)';
const MOVED = 'the slots have another active member than the one the copy was made from';
const TOO_OLD = 'the copy began before the slot moved or the member was chosen: copy again';

/**
 * Joining members become backups where the copy still fits the table; where it does not, the slots
 * are refused with the reason and the rest is accepted. A slot that was only waiting for its copy
 * to move, moves.
 */
export function inStep(state: SecurityGroupState, input: InStep): readonly SecurityGroupEvent[] {
  const draft = draftFrom(state);
  const { version } = draft;
  const { member, incarnation } = input;
  const refuse = (slots: number[], reason: string): void =>
    draft.emit({ type: 'InStepRefused', version, member, incarnation, slots, reason });

  const stranger = whoIsNotServing(state, input);
  if (stranger !== undefined) {
    refuse(input.slots, stranger);
    return draft.events();
  }

  const to = memberNumber(state, member);
  const from = memberNumber(state, input.active);
  const accepted: number[] = [];
  const refused = new Map<string, number[]>([
    [NOT_CHOSEN, []],
    [MOVED, []],
    [TOO_OLD, []],
  ]);
  for (const slot of rising(input.slots)) {
    const reason = whyNot(state, slot, to, from, input.version);
    (reason === undefined ? accepted : (refused.get(reason) as number[])).push(slot);
  }

  if (accepted.length > 0) {
    draft.emit({ type: 'BackupsInStep', version, tableHash: '', member, incarnation, slots: accepted });
  }
  for (const [reason, slots] of refused) if (slots.length > 0) refuse(slots, reason);
  if (accepted.length > 0) settle(draft, 'inStep', member);
  return draft.events();
}

/** Each slot once, in order; most often they come like that. */
function rising(slots: readonly number[]): readonly number[] {
  for (let i = 1; i < slots.length; i++) {
    if ((slots[i] as number) <= (slots[i - 1] as number)) return [...new Set(slots)].sort((a, b) => a - b);
  }
  return slots;
}

function whoIsNotServing(state: SecurityGroupState, input: InStep): string | undefined {
  for (const [id, incarnation] of [
    [input.member, input.incarnation],
    [input.active, input.activeIncarnation],
  ] as const) {
    const known = state.members.find((m) => m.id === id);
    if (known === undefined) return `${id} is not a member of this group`;
    if (known.status !== 'active') return `${id} is not active`;
    if (known.incarnation !== incarnation) {
      return `${id} has been restarted: expected incarnation ${known.incarnation}, seen ${incarnation}`;
    }
  }
  return undefined;
}

function whyNot(
  state: SecurityGroupState,
  slot: number,
  to: number,
  from: number,
  copiedUnder: number,
): string | undefined {
  if (state.joining[slot] !== to) return NOT_CHOSEN;
  if (state.active[slot] !== from) return MOVED;
  if (copiedUnder < (state.epoch[slot] as number) || copiedUnder < (state.joiningSince[slot] as number)) return TOO_OLD;
  return undefined;
}

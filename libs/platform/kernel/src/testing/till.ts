import type { Deadline, EventRef, Input, Intent, Machine } from '../machine.js';

/**
 * Two machines that forgive nothing: a till that takes payments and tells a ledger, and the ledger,
 * whose total shows every booking that was lost or made twice.
 */
export type TillInput = Input &
  (
    | { readonly type: 'pay'; readonly amount: number }
    | { readonly type: 'weigh'; readonly grams: number }
    | { readonly type: 'openUntil'; readonly closeAt: number }
    | { readonly type: 'close' }
  );

export type TillEvent =
  | { readonly type: 'Paid'; readonly amount: number; readonly total: number }
  | { readonly type: 'PayRefused'; readonly reason: string }
  | { readonly type: 'HeavierThanEver'; readonly grams: number }
  | { readonly type: 'OpenedUntil'; readonly closeAt: number }
  | { readonly type: 'Closed' };

export interface TillState {
  readonly total: number;
  readonly heaviest: number;
  /** 0: no closing time. */
  readonly closeAt: number;
  readonly closed: boolean;
}

export const till: Machine<TillState, TillInput, TillEvent> = {
  kind: 'till',
  initial: { total: 0, heaviest: 0, closeAt: 0, closed: false },
  evolve(state, event) {
    switch (event.type) {
      case 'Paid':
        return { ...state, total: event.total };
      case 'HeavierThanEver':
        return { ...state, heaviest: event.grams };
      case 'OpenedUntil':
        return { ...state, closeAt: event.closeAt };
      case 'Closed':
        return { ...state, closeAt: 0, closed: true };
      case 'PayRefused':
        return state;
    }
  },
  decide(state, input) {
    switch (input.type) {
      case 'pay':
        if (input.amount <= 0) return [{ type: 'PayRefused', reason: 'nothing to pay' }];
        return [{ type: 'Paid', amount: input.amount, total: state.total + input.amount }];
      case 'weigh':
        return input.grams > state.heaviest ? [{ type: 'HeavierThanEver', grams: input.grams }] : [];
      case 'openUntil':
        return [{ type: 'OpenedUntil', closeAt: input.closeAt }];
      case 'close':
        return state.closeAt > 0 && input.at >= state.closeAt ? [{ type: 'Closed' }] : [];
    }
  },
  react(event: TillEvent, _ref: EventRef): readonly Intent[] {
    return event.type === 'Paid' ? [{ to: 'ledger.L1', input: { type: 'book', amount: event.amount } }] : [];
  },
  deadlines(state): readonly Deadline[] {
    return state.closeAt > 0 ? [{ id: 'close', at: state.closeAt, input: { type: 'close' } }] : [];
  },
};

export type LedgerInput = Input & { readonly type: 'book'; readonly amount: number };
export type LedgerEvent = { readonly type: 'Booked'; readonly amount: number };

export const ledger: Machine<{ readonly total: number }, LedgerInput, LedgerEvent> = {
  kind: 'ledger',
  initial: { total: 0 },
  evolve: (state, event) => ({ total: state.total + event.amount }),
  decide: (_state, input) => [{ type: 'Booked', amount: input.amount }],
  react: () => [],
  deadlines: () => [],
};

/** A payment, as a caller would send it. */
export function pay(id: string, amount = 1): TillInput {
  return { type: 'pay', id, at: 1_700_000_000_000, from: 'command', amount };
}

/** A reading of the scales. */
export function weigh(id: string, grams: number): TillInput {
  return { type: 'weigh', id, at: 1_700_000_000_000, from: 'observation', grams };
}

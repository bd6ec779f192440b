import { expect } from '@jest/globals';
import { canonicalCopy, canonicalText } from '../canonical.js';
import type { Event, Input, Machine } from '../machine.js';
import { deepFreeze } from './deep-freeze.js';

export interface Given<S, I extends Input, E extends Event> {
  when(input: I): When<E>;
  /** The state the given events lead to. */
  readonly state: S;
}

export interface When<E extends Event> {
  /** Exactly these events, in this order, nothing more in any of them. */
  then(events: readonly E[]): void;
  /** What was decided, for assertions of another kind. */
  readonly events: readonly E[];
}

/**
 * Given these events, when this input, then exactly these events. On the way it is also shown that the
 * machine changes nothing in place, that state and events can be written down exactly, and that
 * deciding on the state as read back from the record gives the same events to the byte.
 *
 *     specification(door).given([{ type: 'Closed' }]).when(open).then([{ type: 'Opened' }]);
 */
export function specification<S, I extends Input, E extends Event>(
  machine: Machine<S, I, E>,
): { given(events: readonly E[]): Given<S, I, E> } {
  return {
    given(events) {
      let state = deepFreeze(machine.initial);
      for (const event of events) state = deepFreeze(machine.evolve(state, deepFreeze(event)));
      return {
        state,
        when(input) {
          const decided = machine.decide(state, deepFreeze(input));
          const readBack = canonicalCopy(state) as S;
          const again = machine.decide(readBack, canonicalCopy(input) as I);
          expect(canonicalText(again)).toBe(canonicalText(decided));
          return {
            events: decided,
            // `then` is the word of the trade here; nobody awaits a specification.
            // oxlint-disable-next-line unicorn/no-thenable
            then(expected) {
              expect(decided).toStrictEqual(expected);
            },
          };
        },
      };
    },
  };
}

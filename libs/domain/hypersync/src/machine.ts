import type { Machine } from '@rehearsal/kernel';
import { decide } from './decide.js';
import type { HypersyncEvent } from './events.js';
import { evolve } from './evolve.js';
import type { HypersyncInput } from './inputs.js';
import { react } from './react.js';
import type { HypersyncState } from './state.js';
import { initialState } from './state.js';

/**
 * Who is to hold a copy and is not in step yet, and how far the copying is.
 * Stream `hypersync.<group>`.
 */
export const hypersync: Machine<HypersyncState, HypersyncInput, HypersyncEvent> = {
  kind: 'hypersync',
  initial: initialState,
  evolve,
  decide,
  react,
  deadlines: () => [],
};

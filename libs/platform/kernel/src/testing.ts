/** What specs of machines, stores and deciders have in common. Not for production code. */
export type { CommitStoreHarness } from './testing/commit-store-contract.js';
export { commitStoreContract } from './testing/commit-store-contract.js';
export { deepFreeze } from './testing/deep-freeze.js';
export { specification } from './testing/specification.js';
export { VirtualTime } from './testing/virtual-time.js';
export type { SmallProcess, SmallRuntime } from './testing/small-world.js';
export { SmallWorld } from './testing/small-world.js';
export type { LedgerEvent, LedgerInput, TillEvent, TillInput, TillState } from './testing/till.js';
export { ledger, pay, till, weigh } from './testing/till.js';

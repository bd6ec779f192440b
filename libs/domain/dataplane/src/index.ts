/** Steering, the connection table, connection tracking, translation, sync deltas and the member's pipeline. */
export {};

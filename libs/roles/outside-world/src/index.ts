/** The outside world: sends and receives traffic and keeps the ledger. */
export {};

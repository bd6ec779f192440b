/** Traffic sources, endpoints and the ledger that accounts for every packet. */
export {};

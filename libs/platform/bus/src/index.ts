/** The Runtime on NATS: connection, lanes, log, status and credentials. */
export {};

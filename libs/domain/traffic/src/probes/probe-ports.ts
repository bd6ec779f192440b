/**
 * Ports that probes leave from: above those where data of other connections is received, below those of the traffic's
 * clients, so that no probe is ever taken for a connection of the traffic, whatever hosts the two are between.
 */
export const PROBE_PORTS = { from: 30_000, to: 32_767 } as const;

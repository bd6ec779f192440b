/** Protocol numbers of IPv4 that are built here, beyond TCP. */
export const PROTOCOL_NUMBER = { udp: 17, gre: 47, esp: 50 } as const;

export const TTL = 64;

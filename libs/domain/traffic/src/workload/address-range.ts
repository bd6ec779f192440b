import { parseAddress } from '@rehearsal/packets';

/** A block of IPv4 addresses that hosts are taken from. */
export interface Ipv4Range {
  readonly base: number;
  readonly size: number;
}

/** The low addresses of a block are gateways and the fabric's own. */
const RESERVED_LOW = 10;

/** Reads `a.b.c.d/len` (len 8 … 28; host bits are cleared); undefined for anything else. */
export function parseRange(text: string): Ipv4Range | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(text.slice(0, Math.max(0, slash)));
  const lenText = text.slice(slash + 1);
  const len = /^\d{1,2}$/.test(lenText) ? Number(lenText) : 0;
  if (address === undefined || len < 8 || len > 28) return undefined;
  const size = 2 ** (32 - len);
  const unsigned = address >>> 0;
  return { base: unsigned - (unsigned % size), size };
}

/** Hosts the block has room for. */
export function hostsIn(range: Ipv4Range): number {
  return range.size - RESERVED_LOW - 1;
}

/** The address of the n-th host, counted around. */
export function hostAddress(range: Ipv4Range, n: number): number {
  return range.base + RESERVED_LOW + (n % hostsIn(range));
}

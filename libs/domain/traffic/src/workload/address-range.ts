/** A block of IPv4 addresses that hosts are taken from. */
export interface Ipv4Range {
  readonly base: number;
  readonly size: number;
}

/** The low addresses of a block are gateways and the fabric's own. */
const RESERVED_LOW = 10;

/** Reads `a.b.c.d/len` (len 8 … 28; host bits are cleared); undefined for anything else. */
export function parseRange(text: string): Ipv4Range | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (parts === null) return undefined;
  const [a, b, c, d, len] = parts.slice(1).map(Number) as [number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || len < 8 || len > 28) return undefined;
  const size = 2 ** (32 - len);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return { base: address - (address % size), size };
}

/** Hosts the block has room for. */
export function hostsIn(range: Ipv4Range): number {
  return range.size - RESERVED_LOW - 1;
}

/** The address of the n-th host, counted around. */
export function hostAddress(range: Ipv4Range, n: number): number {
  return range.base + RESERVED_LOW + (n % hostsIn(range));
}

export function formatAddress(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

import { PROTOCOL } from './packet-view.js';

/** What of a packet is rewritten: see rewritePacket. */
export const REWRITE = { plain: 0, icmpError: 1, laterFragment: 2 } as const;
export type Rewrite = (typeof REWRITE)[keyof typeof REWRITE];

const IPV4_HEADER_BYTES = 20;
const ICMP_HEADER_WORDS = 2;

/**
 * Changes addresses and ports of the IPv4 packet of `lenBytes` at word `at`, in place, and brings every checksum that
 * covers them up to date step by step (RFC 1624). `words` holds the packet in wire byte order on a little-endian
 * machine. New values are in host order, addresses signed or unsigned. Whoever read the packet has checked its header.
 *
 * - plain: both addresses; both ports of TCP and UDP; of an ICMP query (echo, timestamp …) the identifier, which is
 *   `srcPort` in the request and `dstPort` in the reply. Other protocols: addresses alone.
 * - icmpError: the values are those of the connection as it travels in the error's direction. The packet quoted inside
 *   travels the other way and gets them crossed; the error goes to `dst`, and comes from `src` if it came from the
 *   quoted packet's destination: a router on the way keeps its own address.
 * - laterFragment: addresses alone; what stands where ports would is data.
 *
 * A checksum that was wrong stays wrong by the same amount, a UDP checksum of 0 (none) stays 0.
 */
export function rewritePacket(
  words: Int32Array,
  at: number,
  lenBytes: number,
  src: number,
  dst: number,
  srcPort: number,
  dstPort: number,
  kind: Rewrite,
): void {
  if (lenBytes < IPV4_HEADER_BYTES) return;
  const end = 2 * at + (lenBytes >>> 1);
  if (kind === REWRITE.icmpError) rewriteError(words, at, end, src, dst, srcPort, dstPort);
  else rewriteOne(words, at, end, src, dst, srcPort, dstPort, kind === REWRITE.plain);
}

/** Of the packet at word `at`, whose 16-bit halves end before `end`. Answers by how much their sum changed. */
function rewriteOne(
  words: Int32Array,
  at: number,
  end: number,
  src: number,
  dst: number,
  srcPort: number,
  dstPort: number,
  withPorts: boolean,
): number {
  const addresses = replaced(words, at + 3, swapped(src)) + replaced(words, at + 4, swapped(dst));
  let changed = addresses + updateHigh(words, at + 2, addresses);
  const l4 = at + ((words[at] as number) & 15);
  if (!withPorts || 2 * l4 + 2 > end || isLaterFragment(words[at + 1] as number)) return changed;
  const proto = ((words[at + 2] as number) >>> 8) & 0xff;
  if (proto === PROTOCOL.tcp) {
    const ports = replaced(words, l4, portsWord(srcPort, dstPort));
    changed += ports;
    if (2 * l4 + 9 <= end) changed += updateLow(words, l4 + 4, addresses + ports);
  } else if (proto === PROTOCOL.udp) {
    const ports = replaced(words, l4, portsWord(srcPort, dstPort));
    changed += ports;
    if (2 * l4 + 4 <= end && (words[l4 + 1] as number) >>> 16 !== 0) {
      changed += updateHigh(words, l4 + 1, addresses + ports);
      // RFC 768: 0 would say that there is no checksum; in one's complement 0xffff is the same number.
      if ((words[l4 + 1] as number) >>> 16 === 0) words[l4 + 1] = (words[l4 + 1] as number) | 0xffff0000;
    }
  } else if (proto === PROTOCOL.icmp && 2 * l4 + 3 <= end) {
    const type = (words[l4] as number) & 0xff;
    const isRequest = isIcmpRequest(type);
    if (!isRequest && !isIcmpReply(type)) return changed;
    const rest = (words[l4 + 1] as number) & 0xffff0000;
    const identifier = replaced(words, l4 + 1, rest | swappedPort(isRequest ? srcPort : dstPort));
    changed += identifier + updateHigh(words, l4, identifier);
  }
  return changed;
}

function rewriteError(
  words: Int32Array,
  at: number,
  end: number,
  src: number,
  dst: number,
  srcPort: number,
  dstPort: number,
): void {
  const icmp = at + ((words[at] as number) & 15);
  const quoted = icmp + ICMP_HEADER_WORDS;
  let newSrc = words[at + 3] as number;
  if (2 * quoted + 10 <= end) {
    if (newSrc === words[quoted + 4]) newSrc = swapped(src);
    const inside = rewriteOne(words, quoted, end, dst, src, dstPort, srcPort, true);
    updateHigh(words, icmp, inside);
  }
  const outer = replaced(words, at + 3, newSrc) + replaced(words, at + 4, swapped(dst));
  updateHigh(words, at + 2, outer);
}

/** Replaces a word. Answers what its two halves add to the sums they are part of: in one's complement, new less old. */
function replaced(words: Int32Array, at: number, word: number): number {
  const old = words[at] as number;
  if (old === word) return 0;
  words[at] = word;
  return (~old & 0xffff) + (~old >>> 16) + (word & 0xffff) + (word >>> 16);
}

/**
 * RFC 1624, equation 3, for the checksum in the upper half of a word, whose sum changed by `change`. One's complement
 * sums do not depend on byte order (RFC 1071), so nothing here is swapped. Answers what the checksum's own change adds.
 */
function updateHigh(words: Int32Array, at: number, change: number): number {
  if (change === 0) return 0;
  const old = words[at] as number;
  return replaced(words, at, (old & 0xffff) | (updated(old >>> 16, change) << 16));
}

/** As updateHigh, for the lower half. */
function updateLow(words: Int32Array, at: number, change: number): number {
  if (change === 0) return 0;
  const old = words[at] as number;
  return replaced(words, at, (old & 0xffff0000) | updated(old & 0xffff, change));
}

function updated(checksum: number, change: number): number {
  let sum = (~checksum & 0xffff) + change;
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function isLaterFragment(word: number): boolean {
  return ((word >>> 16) & 0xff1f) !== 0;
}

function portsWord(srcPort: number, dstPort: number): number {
  return swappedPort(srcPort) | (swappedPort(dstPort) << 16);
}

function swappedPort(port: number): number {
  return ((port & 0xff) << 8) | ((port >>> 8) & 0xff);
}

function swapped(address: number): number {
  return (address << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24);
}

/** Queries with an identifier, which stands for their ports: echo, timestamp, information, address mask (RFC 792, 950). */
function isIcmpRequest(type: number): boolean {
  return type === 8 || type === 13 || type === 15 || type === 17;
}

function isIcmpReply(type: number): boolean {
  return type === 0 || type === 14 || type === 16 || type === 18;
}

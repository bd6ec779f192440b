/** Where things stand in IPv4 packets that lie in little-endian words as they came off the wire. */

/** Port 2152, the user plane of GTP version 1, as half a packet's word holds it. */
export const GTP_PORT_HALF = 0x6808;

/** Word 1 of a packet: it is a fragment, the first or another. */
export function isFragment(word: number): boolean {
  return (word & 0xff3f0000) !== 0;
}

/** Word 1 of a packet: it is a fragment other than the first, and so has no header of what IP carries. */
export function isLaterFragment(word: number): boolean {
  return (word & 0xff1f0000) !== 0;
}

/** First word of an ICMP message: unreachable, quench, redirect, time exceeded, parameter problem (RFC 792). */
export function isIcmpError(word: number): boolean {
  const type = word & 0xff;
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** The identifier of the ICMP message at word `at` as both ports; 0 where messages of its type have none. */
export function icmpPorts(words: Int32Array, at: number): number {
  const type = (words[at] as number) & 0xff;
  // Echo, timestamp, information, address mask: request and reply.
  const hasIdentifier = type === 0 || type === 8 || (type >= 13 && type <= 18);
  return hasIdentifier ? Math.imul((words[at + 1] as number) & 0xffff, 0x10001) : 0;
}

/**
 * Word of the packet in the GTP-U message of the UDP datagram of `udpBytes` at word `udp`; -1: it carries none,
 * or its headers do not fit (3GPP TS 29.281).
 */
export function tunnelledAt(words: Int32Array, udp: number, udpBytes: number): number {
  let at = udp + 4;
  const end = udp + (udpBytes >> 2);
  if (at >= end) return -1;
  const head = words[udp + 2] as number;
  // Version 1, protocol GTP, message type 255: a packet.
  if ((head & 0xfff0) !== 0xff30) return -1;
  if ((head & 7) !== 0) {
    let next = (head & 4) === 0 ? 0 : (words[at] as number) >>> 24;
    at++;
    while (next !== 0) {
      if (at >= end) return -1;
      const wordsLong = (words[at] as number) & 0xff;
      at += wordsLong;
      if (wordsLong === 0 || at > end) return -1;
      next = (words[at - 1] as number) >>> 24;
    }
  }
  return at < end ? at : -1;
}

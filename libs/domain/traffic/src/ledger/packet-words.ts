/**
 * Reads what the ledger needs straight from a packet's little-endian words, in wire order: nothing is
 * converted and nothing allocated. Offsets are words unless they say bytes. Source: RFC 791, 768, 9293, 792.
 */
const TCP = 6;
const UDP = 17;
const ICMP = 1;
/** ICMP types that quote the packet they are about: unreachable, quench, redirect, time exceeded, parameter problem. */
const QUOTING = (1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12);
/** Echo, timestamp and information, asked and answered: the identifier stands where ports would. */
const ASKING = (1 << 0) | (1 << 8) | (1 << 13) | (1 << 14) | (1 << 15) | (1 << 16);

/** How a packet names its connection. */
export const FORM = {
  /** Not a whole IPv4 header. */
  none: 0,
  /** Addresses and ports, or addresses alone where the protocol has no ports. */
  plain: 1,
  /** A later fragment: addresses alone. */
  laterFragment: 2,
  /** An ICMP error: what it quotes says which connection it is about. */
  icmpError: 3,
} as const;

/** The endpoints of one packet, as they stand in it. Filled in place: one object serves a whole run. */
export class PacketEnds {
  form: number = FORM.none;
  protocol = 0;
  src = 0;
  dst = 0;
  /** Both ports as one word; of an ICMP question its identifier in both halves; else 0. */
  ports = 0;
  /** Of an ICMP error: the packet inside it. */
  quotedSrc = 0;
  quotedDst = 0;
  quotedPorts = 0;

  /** Reads the packet of `lenBytes` at word `at`. */
  read(words: Int32Array, at: number, lenBytes: number): void {
    this.form = FORM.none;
    const transport = transportAt(words, at, lenBytes);
    if (transport < 0) return;
    const end = at + (lenBytes >> 2);
    this.protocol = (words[at + 2] >>> 8) & 0xff;
    this.src = words[at + 3];
    this.dst = words[at + 4];
    this.ports = 0;
    if (isLaterFragment(words, at)) {
      this.form = FORM.laterFragment;
      return;
    }
    this.form = FORM.plain;
    this.ports = portsOf(this.protocol, words, transport, end);
    if (this.protocol !== ICMP || transport >= end || !quotes(words[transport])) return;
    const quoted = transport + 2;
    const quotedTransport = transportAt(words, quoted, (end - quoted) << 2);
    if (quotedTransport < 0) return;
    this.form = FORM.icmpError;
    this.quotedSrc = words[quoted + 3];
    this.quotedDst = words[quoted + 4];
    const inner = (words[quoted + 2] >>> 8) & 0xff;
    this.quotedPorts = isLaterFragment(words, quoted) ? 0 : portsOf(inner, words, quotedTransport, end);
  }
}

/** Both halves of a ports word changed round: as the answer carries it. */
export function swapPorts(ports: number): number {
  return (ports >>> 16) | (ports << 16);
}

/** A word of a packet as the number it stands for, and back. */
export function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/**
 * 32-bit sum of what no translation may touch: everything but addresses, ports, identifiers of ICMP
 * questions and the checksums over them. Bytes past `lenBytes` in the last word do not count.
 */
export function contentSum(words: Int32Array, at: number, lenBytes: number): number {
  const transport = transportAt(words, at, lenBytes);
  if (transport < 0) return sumOfWords(words, at, lenBytes);
  let sum = (lenBytes + words[at]) | 0;
  sum = (sum + words[at + 1]) | 0;
  sum = (sum + (words[at + 2] & 0xffff)) | 0;
  for (let i = at + 5; i < transport; i++) sum = (sum + words[i]) | 0;
  let from = transport;
  const whole = at + (lenBytes >> 2);
  if (!isLaterFragment(words, at)) {
    const protocol = (words[at + 2] >>> 8) & 0xff;
    if (protocol === TCP && transport + 5 <= whole) {
      sum = (sum + words[transport + 1]) | 0;
      sum = (sum + words[transport + 2]) | 0;
      sum = (sum + words[transport + 3]) | 0;
      sum = (sum + (words[transport + 4] >>> 16)) | 0;
      from = transport + 5;
    } else if (protocol === UDP && transport + 2 <= whole) {
      sum = (sum + (words[transport + 1] & 0xffff)) | 0;
      from = transport + 2;
    } else if (protocol === ICMP && transport + 2 <= whole) {
      sum = (sum + (words[transport] & 0xffff)) | 0;
      from = transport + 1;
      if (quotes(words[transport])) {
        sum = (sum + words[transport + 1]) | 0;
        // Quoted addresses, ports and checksums change with the connection; the rest is short.
        const quoted = transportAt(words, transport + 2, (whole - transport - 2) << 2);
        from = quoted < 0 ? transport + 2 : Math.min(whole, quoted + 5);
      } else if (asks(words[transport])) {
        sum = (sum + (words[transport + 1] >>> 16)) | 0;
        from = transport + 2;
      }
    }
  }
  for (let i = from; i < whole; i++) sum = (sum + words[i]) | 0;
  const rest = lenBytes & 3;
  return rest === 0 ? sum : (sum + (words[whole] & ((1 << (rest * 8)) - 1))) | 0;
}

/**
 * By how much the packet's checksums are off: the IPv4 header's in the upper half, that of TCP, UDP or ICMP
 * in the lower; 0 where all is right. Translation must leave it as it was: what was right stays right, and
 * what was wrong stays wrong by the same. A first fragment's covers what is elsewhere, so it is only compared.
 */
export function checksumResidue(words: Int32Array, at: number, lenBytes: number): number {
  const transport = transportAt(words, at, lenBytes);
  if (transport < 0) return 0;
  const header = onesSum(0, words, at, (transport - at) << 2);
  if (isLaterFragment(words, at)) return header << 16;
  const protocol = (words[at + 2] >>> 8) & 0xff;
  const leftBytes = lenBytes - ((transport - at) << 2);
  if (protocol === ICMP) return (header << 16) | onesSum(0, words, transport, leftBytes);
  const checksumWord = protocol === TCP ? 4 : protocol === UDP ? 1 : -1;
  if (checksumWord < 0 || leftBytes < (checksumWord + 1) << 2) return header << 16;
  if (protocol === UDP && words[transport + 1] >>> 16 === 0) return header << 16;
  // The pseudo header in the byte order of the words: protocol and length are its high bytes here.
  const pseudo =
    (words[at + 3] & 0xffff) +
    (words[at + 3] >>> 16) +
    (words[at + 4] & 0xffff) +
    (words[at + 4] >>> 16) +
    (protocol << 8) +
    (((leftBytes & 0xff) << 8) | (leftBytes >>> 8));
  return (header << 16) | onesSum(pseudo, words, transport, leftBytes);
}

/** 32-bit sum of the packet's words and its length; bytes past `lenBytes` in the last word do not count. */
export function sumOfWords(words: Int32Array, at: number, lenBytes: number): number {
  const whole = at + (lenBytes >> 2);
  let sum = lenBytes;
  for (let i = at; i < whole; i++) sum = (sum + words[i]) | 0;
  const rest = lenBytes & 3;
  if (rest !== 0) sum = (sum + (words[whole] & ((1 << (rest * 8)) - 1))) | 0;
  return sum;
}

/** One's-complement sum (RFC 1071), complemented; 0xffff and 0 are one number, and come out as 0. */
function onesSum(start: number, words: Int32Array, at: number, lenBytes: number): number {
  const whole = at + (lenBytes >> 2);
  let low = start;
  let high = 0;
  for (let i = at; i < whole; i++) {
    low += words[i] & 0xffff;
    high += words[i] >>> 16;
  }
  const rest = lenBytes & 3;
  if (rest !== 0) {
    const word = words[whole] & ((1 << (rest * 8)) - 1);
    low += word & 0xffff;
    high += word >>> 16;
  }
  let sum = (low & 0xffff) + (low >>> 16) + (high & 0xffff) + (high >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  sum = (sum & 0xffff) + (sum >>> 16);
  return sum === 0xffff ? 0 : sum;
}

/** First word after the IPv4 header, or -1 where there is no whole one. */
function transportAt(words: Int32Array, at: number, lenBytes: number): number {
  if (lenBytes < 20) return -1;
  const first = words[at];
  const headerWords = first & 15;
  return (first & 0xf0) === 0x40 && headerWords >= 5 && headerWords << 2 <= lenBytes ? at + headerWords : -1;
}

/** Whether the IPv4 packet is a fragment, the first one too: more follow, or it has an offset. */
export function isFragment(words: Int32Array, at: number): boolean {
  return (words[at + 1] & 0xff3f0000) !== 0;
}

/** Whether the packet is a fragment that is not the first of its datagram. */
export function isPiece(words: Int32Array, at: number, lenBytes: number): boolean {
  return transportAt(words, at, lenBytes) >= 0 && isLaterFragment(words, at);
}

/** The fragment offset is the low 13 bits of bytes 6 and 7: in the words' order, byte 7 and five bits of byte 6. */
function isLaterFragment(words: Int32Array, at: number): boolean {
  return (words[at + 1] & 0xff1f0000) !== 0;
}

function portsOf(protocol: number, words: Int32Array, transport: number, end: number): number {
  if (protocol === TCP || protocol === UDP) return transport < end ? words[transport] : 0;
  if (protocol !== ICMP || transport + 1 >= end || !asks(words[transport])) return 0;
  const id = words[transport + 1] & 0xffff;
  return id | (id << 16);
}

function quotes(icmpWord: number): boolean {
  const type = icmpWord & 0xff;
  return type < 32 && (QUOTING & (1 << type)) !== 0;
}

function asks(icmpWord: number): boolean {
  const type = icmpWord & 0xff;
  return type < 32 && (ASKING & (1 << type)) !== 0;
}

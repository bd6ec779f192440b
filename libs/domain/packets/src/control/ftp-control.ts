import { PROTOCOL } from '../packet/packet-view.js';
import type { Announced } from './announced.js';
import { isLineEnd, type TextScan } from './text-scan.js';

const COMMA = 0x2c;
const OPENING_PARENTHESIS = 0x28;

/**
 * Finds the data endpoint that a packet of an FTP control connection announces: PORT and EPRT of the client, replies
 * 227 and 229 of the server (RFC 959, RFC 2428). The IPv4 packet of `lenBytes` stands at word `at`. A line that is cut
 * off by the packet's end announces nothing, an address of IPv6 neither; reply 229 means the server's own address.
 */
export function ftpControl(words: Int32Array, at: number, lenBytes: number, fromServer: boolean, out: Announced): void {
  out.count = 0;
  const { scan } = out;
  if (!scan.open(words, at, lenBytes) || scan.proto !== PROTOCOL.tcp) return;
  do {
    if (fromServer) serverLine(scan, out);
    else clientLine(scan, out);
  } while (out.count === 0 && scan.nextLine());
}

function clientLine(scan: TextScan, out: Announced): void {
  scan.skipSpaces();
  if (scan.take('port ')) {
    scan.skipSpaces();
    sixNumbers(scan, out);
  } else if (scan.take('eprt ')) {
    scan.skipSpaces();
    const delimiter = scan.here;
    scan.step();
    const IPV4 = 1;
    if (isDelimiter(delimiter) && scan.number(9) === IPV4 && scan.here === delimiter) {
      scan.step();
      const address = dottedAddress(scan, delimiter);
      const port = scan.number(0xffff);
      if (scan.here === delimiter) out.add(address, port, PROTOCOL.tcp);
    }
  }
}

function serverLine(scan: TextScan, out: Announced): void {
  if (scan.take('227')) {
    if (!isDigitHere(scan) && scan.toDigit()) sixNumbers(scan, out);
  } else if (scan.take('229')) {
    if (isDigitHere(scan) || !scan.past(OPENING_PARENTHESIS)) return;
    const delimiter = scan.here;
    if (!isDelimiter(delimiter)) return;
    for (let i = 0; i < 3; i++) {
      if (scan.here !== delimiter) return;
      scan.step();
    }
    const port = scan.number(0xffff);
    if (scan.here === delimiter) out.add(scan.src, port, PROTOCOL.tcp);
  }
}

/** `h1,h2,h3,h4,p1,p2` */
function sixNumbers(scan: TextScan, out: Announced): void {
  let address = 0;
  let port = 0;
  for (let i = 0; i < 6; i++) {
    const part = scan.number(255);
    if (part < 0) return;
    if (i < 4) address = (address << 8) | part;
    else port = (port << 8) | part;
    if (i < 5) {
      if (scan.here !== COMMA) return;
      scan.step();
    }
  }
  out.add(address, port, PROTOCOL.tcp);
}

/** `10.0.0.1`, and steps over the `delimiter` behind it; 0 where it is not there. */
function dottedAddress(scan: TextScan, delimiter: number): number {
  const DOT = 0x2e;
  let address = 0;
  for (let i = 0; i < 4; i++) {
    const part = scan.number(255);
    if (part < 0 || scan.here !== (i < 3 ? DOT : delimiter)) return 0;
    address = (address << 8) | part;
    scan.step();
  }
  return address;
}

/** RFC 2428: any printable character but a digit, which could not be told from the numbers. */
function isDelimiter(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f && (byte < 0x30 || byte > 0x39) && !isLineEnd(byte);
}

function isDigitHere(scan: TextScan): boolean {
  return scan.here >= 0x30 && scan.here <= 0x39;
}

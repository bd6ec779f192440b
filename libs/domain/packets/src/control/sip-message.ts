import { PROTOCOL } from '../packet/packet-view.js';
import type { Announced } from './announced.js';
import { isLineEnd, type TextScan } from './text-scan.js';

/** Messages that may offer or answer a session (RFC 3264, RFC 3311). */
const REQUESTS = ['invite ', 'update ', 'ack ', 'prack '] as const;

/**
 * Finds the media endpoints that a SIP message announces in its SDP (RFC 3261, RFC 8866): of every media line its port
 * and, of RTP, the one of RTCP, at the address of its own connection line or the session's. Looked at are requests that
 * may offer a session and successful or preliminary responses, over UDP and TCP. The IPv4 packet of `lenBytes` stands
 * at word `at`. Nothing is announced by rejected media (port 0), held ones (0.0.0.0), host names and IPv6.
 */
export function sipMessage(words: Int32Array, at: number, lenBytes: number, out: Announced): void {
  out.count = 0;
  const { scan } = out;
  if (!scan.open(words, at, lenBytes) || !mayCarrySession(scan) || !toBody(scan)) return;
  let sessionAddress = 0;
  let address = 0;
  let port = 0;
  let rtcpPort = 0;
  let proto = 0;
  let isRtp = false;
  let inMedia = false;
  do {
    if (scan.take('c=in ip4 ')) {
      address = dottedAddress(scan);
      if (!inMedia) sessionAddress = address;
    } else if (scan.take('c=')) {
      address = 0;
      if (!inMedia) sessionAddress = 0;
    } else if (scan.take('a=rtcp:')) {
      const own = scan.number(0xffff);
      if (own > 0) rtcpPort = own;
    } else if (scan.take('m=')) {
      addMedia(out, address, port, rtcpPort, proto, isRtp);
      inMedia = true;
      address = sessionAddress;
      rtcpPort = 0;
      port = mediaPort(scan);
      isRtp = scan.take('rtp/');
      proto = scan.take('tcp/') ? PROTOCOL.tcp : PROTOCOL.udp;
    }
  } while (scan.nextLine());
  addMedia(out, address, port, rtcpPort, proto, isRtp);
}

function addMedia(
  out: Announced,
  address: number,
  port: number,
  rtcpPort: number,
  proto: number,
  isRtp: boolean,
): void {
  if (port === 0) return;
  out.add(address, port, proto);
  if (isRtp) out.add(address, rtcpPort === 0 ? port + 1 : rtcpPort, proto);
}

function mayCarrySession(scan: TextScan): boolean {
  if (scan.take('sip/2.0 ')) {
    const status = scan.number(999);
    return status > 100 && status < 300;
  }
  for (const request of REQUESTS) if (scan.take(request)) return true;
  return false;
}

/** To the line behind the first empty one. */
function toBody(scan: TextScan): boolean {
  while (scan.nextLine()) {
    if (isLineEnd(scan.here)) return scan.nextLine();
  }
  return false;
}

/** The port of a media line whose `m=` is taken, and moves to its protocol; 0 where it cannot be read. */
function mediaPort(scan: TextScan): number {
  const SPACE = 0x20;
  if (!scan.past(SPACE)) return 0;
  const port = scan.number(0xffff);
  return port > 0 && scan.past(SPACE) ? port : 0;
}

/** An address up to the end of its line or a slash, behind which a lifetime stands; 0 where there is none. */
function dottedAddress(scan: TextScan): number {
  const DOT = 0x2e;
  const SLASH = 0x2f;
  let address = 0;
  for (let i = 0; i < 4; i++) {
    const part = scan.number(255);
    if (part < 0) return 0;
    address = (address << 8) | part;
    if (i === 3) break;
    if (scan.here !== DOT) return 0;
    scan.step();
  }
  return isLineEnd(scan.here) || scan.here === SLASH || scan.here === 0x20 ? address : 0;
}

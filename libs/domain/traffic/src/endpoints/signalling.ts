import type { TextWriter } from './text-writer.js';

const COMMA = 44;

/** Endpoints a message tells of: its sender's own data connection. */
export interface Announced {
  address: number;
  port: number;
}

/**
 * The line of exchange `k` on an FTP control connection, of `lenBytes`, spaces before its end: PASV, PORT,
 * EPSV and EPRT by turns while there are data connections to announce, then NOOP (RFC 959, RFC 2428).
 */
export function writeFtp(
  out: TextWriter,
  k: number,
  announces: boolean,
  fromServer: boolean,
  { address, port }: Readonly<Announced>,
  lenBytes: number,
): void {
  const end = out.end + lenBytes;
  const turn = announces ? k & 3 : 4;
  if (fromServer) {
    if (turn === 0) {
      out.text('227 Entering Passive Mode (').address(address, COMMA);
      out
        .text(',')
        .number(port >>> 8)
        .text(',')
        .number(port & 255)
        .text(').');
    } else if (turn === 2) out.text('229 Entering Extended Passive Mode (|||').number(port).text('|)');
    else out.text('200 Command okay.');
  } else {
    if (turn === 0) out.text('PASV');
    else if (turn === 1) {
      out
        .text('PORT ')
        .address(address, COMMA)
        .text(',')
        .number(port >>> 8)
        .text(',')
        .number(port & 255);
    } else if (turn === 2) out.text('EPSV');
    else if (turn === 3) out.text('EPRT |1|').address(address).text('|').number(port).text('|');
    else out.text('NOOP');
  }
  out.padTo(end - 2).text('\r\n');
}

/**
 * A SIP message of `lenBytes` with padding behind its body (RFC 3261): an INVITE with its media in exchange 0,
 * and its 200 with the other side's; OPTIONS after that.
 */
export function writeSip(
  out: TextWriter,
  call: number,
  k: number,
  fromServer: boolean,
  { address, port }: Readonly<Announced>,
  lenBytes: number,
): void {
  const end = out.end + lenBytes;
  const method = k === 0 ? 'INVITE' : 'OPTIONS';
  if (fromServer) out.text('SIP/2.0 200 OK\r\n');
  else out.text(method).text(' sip:phone@example.net SIP/2.0\r\n');
  out.text('Via: SIP/2.0/UDP phone.example.net;branch=z9hG4bK').number(k).text('\r\n');
  out.text('From: <sip:a@example.net>;tag=').number(call).text('\r\nTo: <sip:b@example.net>\r\n');
  out
    .text('Call-ID: ')
    .number(call)
    .text('@example.net\r\nCSeq: ')
    .number(k + 1)
    .text(' ')
    .text(method)
    .text('\r\n');
  if (k > 0) {
    out.text('Content-Length: 0\r\n\r\n').padTo(end);
    return;
  }
  out.text('Content-Type: application/sdp\r\nContent-Length: ').number(bodyBytes(address, port)).text('\r\n\r\n');
  out.text('v=0\r\no=- 1 1 IN IP4 ').address(address).text('\r\ns=-\r\nc=IN IP4 ').address(address);
  out.text('\r\nt=0 0\r\nm=audio ').number(port).text(' RTP/AVP 0\r\n').padTo(end);
}

function bodyBytes(address: number, port: number): number {
  let digits = 3;
  for (let shift = 0; shift < 32; shift += 8) digits += digitsOf((address >>> shift) & 255);
  const fixed = 'v=0\r\no=- 1 1 IN IP4 \r\ns=-\r\nc=IN IP4 \r\nt=0 0\r\nm=audio  RTP/AVP 0\r\n'.length;
  return fixed + 2 * digits + digitsOf(port);
}

function digitsOf(value: number): number {
  return value >= 10_000 ? 5 : value >= 1000 ? 4 : value >= 100 ? 3 : value >= 10 ? 2 : 1;
}

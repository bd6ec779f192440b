import { FTP_LINE, writeFtpLine } from '@rehearsal/packets';
import type { TextWriter } from '@rehearsal/packets';

const LINE_END = '\r\n';

/** Endpoints a message tells of: its sender's own data connection. */
export interface Announced {
  address: number;
  port: number;
}

/**
 * The line of exchange `k` on an FTP control connection, `bytes[at … at + lenBytes)`, spaces before its end: PASV,
 * PORT, EPSV and EPRT by turns while there are data connections to announce, then NOOP (RFC 959, RFC 2428).
 */
export function writeFtp(
  out: TextWriter,
  bytes: Uint8Array,
  at: number,
  k: number,
  announces: boolean,
  fromServer: boolean,
  { address, port }: Readonly<Announced>,
  lenBytes: number,
): void {
  const turn = announces ? k & 3 : 4;
  if (fromServer) {
    if (turn === 0) writeFtpLine(out, bytes, at, FTP_LINE.passive, address, port);
    else if (turn === 2) writeFtpLine(out, bytes, at, FTP_LINE.extendedPassive, address, port);
    else out.open(bytes, at).text('200 Command okay.\r\n');
  } else {
    if (turn === 0) out.open(bytes, at).text('PASV\r\n');
    else if (turn === 1) writeFtpLine(out, bytes, at, FTP_LINE.port, address, port);
    else if (turn === 2) out.open(bytes, at).text('EPSV\r\n');
    else if (turn === 3) writeFtpLine(out, bytes, at, FTP_LINE.extendedPort, address, port);
    else out.open(bytes, at).text('NOOP\r\n');
  }
  out
    .back(LINE_END.length)
    .padTo(at + lenBytes - LINE_END.length)
    .text(LINE_END);
}

/**
 * A SIP message, `bytes[at … at + lenBytes)`, with padding behind its body (RFC 3261): an INVITE with its media in
 * exchange 0, and its 200 with the other side's; OPTIONS after that.
 */
export function writeSip(
  out: TextWriter,
  bytes: Uint8Array,
  at: number,
  call: number,
  k: number,
  fromServer: boolean,
  { address, port }: Readonly<Announced>,
  lenBytes: number,
): void {
  const end = at + lenBytes;
  const method = k === 0 ? 'INVITE' : 'OPTIONS';
  out.open(bytes, at);
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
  out.text('v=0\r\no=- 1 1 IN IP4 ').address(address, '.').text('\r\ns=-\r\nc=IN IP4 ').address(address, '.');
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

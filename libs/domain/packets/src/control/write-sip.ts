import type { TextWriter } from './text-writer.js';

/** The messages of one call: set up, answered, confirmed, ended (RFC 3261). */
export const SIP_MESSAGE = { invite: 0, ringing: 1, answer: 2, acknowledge: 3, bye: 4, byeOk: 5 } as const;
export type SipMessage = (typeof SIP_MESSAGE)[keyof typeof SIP_MESSAGE];

export interface SipFields {
  /** Who calls and who is called: addresses with their SIP ports. */
  callerAddress: number;
  callerPort: number;
  calledAddress: number;
  calledPort: number;
  /** Names the call: the same number in all of its messages, another one for each call. */
  call: number;
  /** Where the sender of an invite or an answer wants its audio to go (SDP, RFC 8866). */
  mediaAddress: number;
  mediaPort: number;
}

const METHODS = ['INVITE', 'INVITE', 'INVITE', 'ACK', 'BYE', 'BYE'] as const;
const STATUS = ['', '180 Ringing', '200 OK', '', '', '200 OK'] as const;

/** Writes a message, with SDP where it carries some, to `bytes[at …)`; answers its length in bytes. */
export function writeSipMessage(
  writer: TextWriter,
  bytes: Uint8Array,
  at: number,
  message: SipMessage,
  fields: Readonly<SipFields>,
): number {
  const method = METHODS[message];
  const isAnswered = message >= SIP_MESSAGE.answer;
  const carriesSdp = message === SIP_MESSAGE.invite || message === SIP_MESSAGE.answer;
  const { callerAddress, callerPort, calledAddress, calledPort, call } = fields;
  writer.open(bytes, at);
  if (STATUS[message] === '') {
    place(writer.text(method).text(' sip:called@'), calledAddress, calledPort).text(' SIP/2.0\r\n');
  } else writer.text('SIP/2.0 ').text(STATUS[message]).text('\r\n');
  place(writer.text('Via: SIP/2.0/UDP '), callerAddress, callerPort).text(';branch=z9hG4bK').number(call);
  // An acknowledgement of a success and a new request are transactions of their own.
  writer.text(method === 'INVITE' ? 'i' : method === 'ACK' ? 'a' : 'b').text('\r\nMax-Forwards: 70\r\n');
  writer.text('From: <sip:caller@').address(callerAddress, '.').text('>;tag=c').number(call).text('\r\n');
  writer.text('To: <sip:called@').address(calledAddress, '.').text('>');
  if (isAnswered) writer.text(';tag=d').number(call);
  writer.text('\r\nCall-ID: ').number(call).text('@').address(callerAddress, '.');
  writer
    .text('\r\nCSeq: ')
    .number(method === 'BYE' ? 2 : 1)
    .text(' ')
    .text(method)
    .text('\r\n');
  if (carriesSdp) {
    const fromCaller = message === SIP_MESSAGE.invite;
    writer.text('Contact: <sip:').text(fromCaller ? 'caller@' : 'called@');
    place(writer, fromCaller ? callerAddress : calledAddress, fromCaller ? callerPort : calledPort);
    writer.text('>\r\nContent-Type: application/sdp\r\nContent-Length: ').number(sdpBytes(fields)).text('\r\n\r\n');
    sdp(writer, fields);
  } else writer.text('Content-Length: 0\r\n\r\n');
  return writer.finish();
}

const SDP_ORIGIN = 'v=0\r\no=- 1 1 IN IP4 ';
const SDP_CONNECTION = '\r\ns=-\r\nc=IN IP4 ';
const SDP_MEDIA = '\r\nt=0 0\r\nm=audio ';
const SDP_FORMAT = ' RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n';

function sdp(writer: TextWriter, { mediaAddress, mediaPort }: Readonly<SipFields>): void {
  writer.text(SDP_ORIGIN).address(mediaAddress, '.').text(SDP_CONNECTION).address(mediaAddress, '.');
  writer.text(SDP_MEDIA).number(mediaPort).text(SDP_FORMAT);
}

function sdpBytes({ mediaAddress, mediaPort }: Readonly<SipFields>): number {
  const fixed = SDP_ORIGIN.length + SDP_CONNECTION.length + SDP_MEDIA.length + SDP_FORMAT.length;
  return fixed + 2 * addressDigits(mediaAddress) + digits(mediaPort);
}

function addressDigits(address: number): number {
  return (
    3 + digits(address >>> 24) + digits((address >>> 16) & 255) + digits((address >>> 8) & 255) + digits(address & 255)
  );
}

function digits(value: number): number {
  let count = 1;
  for (let unit = 10; value >= unit; unit *= 10) count++;
  return count;
}

function place(writer: TextWriter, address: number, port: number): TextWriter {
  return writer.address(address, '.').text(':').number(port);
}

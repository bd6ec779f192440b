import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addressText } from '../packet/address.js';
import { packetOfBytes, textPacket } from '../testing/text-packets.js';
import { Announced, MAX_ANNOUNCED } from './announced.js';
import { sipMessage } from './sip-message.js';
import { TextWriter } from './text-writer.js';
import { SIP_MESSAGE, writeSipMessage, type SipMessage } from './write-sip.js';

const out = new Announced();

const endpoints = (): string[] =>
  Array.from(
    { length: out.count },
    (_, i) => `${out.protoOf(i) === 6 ? 'tcp ' : ''}${addressText(out.addressOf(i))}:${out.portOf(i)}`,
  );

function announced(text: string, protocol: 'tcp' | 'udp' = 'udp'): string[] {
  const { words, at, lenBytes } = textPacket(protocol, text);
  sipMessage(words, at, lenBytes, out);
  return endpoints();
}

const message = (start: string, ...body: string[]): string =>
  [start, 'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1', 'Call-ID: 1', '', ...body, ''].join('\r\n');
const INVITE = 'INVITE sip:b@example.com SIP/2.0';

describe('SIP', () => {
  const audio = ['v=0', 'c=IN IP4 192.0.2.1', 'm=audio 30000 RTP/AVP 0'];

  it.each([
    ['an invitation', INVITE, ['192.0.2.1:30000', '192.0.2.1:30001']],
    ['an answer', 'SIP/2.0 200 OK', ['192.0.2.1:30000', '192.0.2.1:30001']],
    ['progress', 'SIP/2.0 183 Session Progress', ['192.0.2.1:30000', '192.0.2.1:30001']],
    ['an update', 'UPDATE sip:b@example.com SIP/2.0', ['192.0.2.1:30000', '192.0.2.1:30001']],
    ['trying', 'SIP/2.0 100 Trying', []],
    ['a refusal', 'SIP/2.0 488 Not Acceptable Here', []],
    ['an end', 'BYE sip:b@example.com SIP/2.0', []],
    ['another protocol', 'HTTP/1.1 200 OK', []],
  ])('%s announces its media, or none', (_, start, expected) => {
    expect(announced(message(start, ...audio))).toEqual(expected);
    expect(announced(message(start, ...audio), 'tcp')).toEqual(expected);
  });

  it.each([
    [
      'a connection line of the media wins',
      ['c=IN IP4 192.0.2.1', 'm=audio 30000 RTP/AVP 0', 'c=IN IP4 192.0.2.9'],
      ['192.0.2.9:30000', '192.0.2.9:30001'],
    ],
    [
      'only for its own media',
      ['c=IN IP4 192.0.2.1', 'm=audio 30000 RTP/AVP 0', 'c=IN IP4 192.0.2.9', 'm=image 40000 udptl t38'],
      ['192.0.2.9:30000', '192.0.2.9:30001', '192.0.2.1:40000'],
    ],
    [
      'control of the stream has a port of its own',
      ['c=IN IP4 192.0.2.1', 'm=video 30000/2 RTP/SAVP 96', 'a=rtcp:53020 IN IP4 192.0.2.1'],
      ['192.0.2.1:30000', '192.0.2.1:53020'],
    ],
    ['media over TCP', ['c=IN IP4 192.0.2.1', 'm=message 7394 TCP/MSRP *'], ['tcp 192.0.2.1:7394']],
    ['rejected media', ['c=IN IP4 192.0.2.1', 'm=audio 0 RTP/AVP 0'], []],
    ['held media', ['c=IN IP4 0.0.0.0', 'm=audio 30000 RTP/AVP 0'], []],
    ['IPv6', ['c=IN IP6 2001:db8::1', 'm=audio 30000 RTP/AVP 0'], []],
    ['a name', ['c=IN IP4 example.com', 'm=audio 30000 RTP/AVP 0'], []],
    ['an address with something behind it', ['c=IN IP4 192.0.2.1.5', 'm=audio 30000 RTP/AVP 0'], []],
    [
      'a group with a lifetime',
      ['c=IN IP4 224.2.1.1/127', 'm=audio 30000 RTP/AVP 0'],
      ['224.2.1.1:30000', '224.2.1.1:30001'],
    ],
    ['the highest port', ['c=IN IP4 192.0.2.1', 'm=audio 65535 RTP/AVP 0'], ['192.0.2.1:65535']],
    ['no port at all', ['c=IN IP4 192.0.2.1', 'm=audio', 'm=', 'm=audio 70000 RTP/AVP 0'], []],
    ['no body', [], []],
  ])('%s', (_, body, expected) => {
    expect(announced(message(INVITE, ...body))).toEqual(expected);
  });

  it('reads lines that end without a carriage return, and not what is cut off', () => {
    expect(announced(message(INVITE, ...audio).replaceAll('\r', ''))).toEqual(['192.0.2.1:30000', '192.0.2.1:30001']);
    const whole = message(INVITE, ...audio);
    const cut = whole.slice(0, whole.indexOf('30000') + 3);
    expect(announced(cut)).toEqual([]);
  });

  it('follows no more endpoints than it has room for', () => {
    const many = Array.from({ length: 20 }, (_, i) => `m=audio ${30000 + 2 * i} RTP/AVP 0`);
    expect(announced(message(INVITE, 'c=IN IP4 192.0.2.1', ...many))).toHaveLength(MAX_ANNOUNCED);
  });

  it('tells again what its own messages say', () => {
    const writer = new TextWriter();
    const bytes = new Uint8Array(1000);
    const host = fc.integer({ min: 1, max: 0xffffffff });
    const port = fc.integer({ min: 1, max: 65534 });
    const fields = fc.record({
      callerAddress: host,
      callerPort: port,
      calledAddress: host,
      calledPort: port,
      call: fc.nat(),
      mediaAddress: host,
      mediaPort: port,
    });
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(SIP_MESSAGE)), fields, (which: SipMessage, call) => {
        const lenBytes = writeSipMessage(writer, bytes, 5, which, call);
        const text = new TextDecoder().decode(bytes.subarray(5, 5 + lenBytes));
        const body = text.slice(text.indexOf('\r\n\r\n') + 4);
        expect(text).toContain(`\r\nContent-Length: ${body.length}\r\n`);
        const media = `${addressText(call.mediaAddress)}:`;
        const carries = which === SIP_MESSAGE.invite || which === SIP_MESSAGE.answer;
        expect(announced(text)).toEqual(carries ? [media + call.mediaPort, media + (call.mediaPort + 1)] : []);
      }),
    );
    const call = {
      callerAddress: 1,
      callerPort: 1,
      calledAddress: 2,
      calledPort: 2,
      call: 3,
      mediaAddress: 4,
      mediaPort: 5,
    };
    expect(() => writeSipMessage(writer, bytes, 990, SIP_MESSAGE.bye, call)).toThrow('does not fit into 1000');
  });

  it('is read without an error whatever the bytes, and never past the packet', () => {
    const piece = fc.constantFrom('c=IN IP4 ', 'm=audio ', '192.0.2.1', '\r\n', '30000', ' RTP/', 'a=rtcp:', '/', '9');
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 16 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (body) => {
        const { words, at, lenBytes } = textPacket('udp', message(INVITE, body).slice(0, -2));
        sipMessage(words, at, lenBytes, out);
        const before = endpoints();
        words.fill(0, at + ((lenBytes + 3) >> 2));
        sipMessage(words, at, lenBytes, out);
        expect(endpoints()).toEqual(before);
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(6, 17, 1), (bytes, protocol) => {
        const { words, at, lenBytes } = packetOfBytes(bytes, protocol);
        sipMessage(words, at, lenBytes, out);
        sipMessage(words, at, lenBytes + 50, out);
      }),
      { numRuns: 3000 },
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { addressText } from '../packet/address.js';
import { packetOfBytes, SERVER, textPacket } from '../testing/text-packets.js';
import { Announced } from './announced.js';
import { ftpControl } from './ftp-control.js';
import { TextWriter } from './text-writer.js';
import { FTP_LINE, writeFtpLine, type FtpLine } from './write-ftp.js';

const out = new Announced();

/** `address:port` of what a packet with this text announces. */
function announced(text: string, from: 'client' | 'server', protocol: 'tcp' | 'udp' = 'tcp'): string | undefined {
  const { words, at, lenBytes } = textPacket(protocol, text);
  ftpControl(words, at, lenBytes, from === 'server', out);
  if (!out.found) return undefined;
  expect([out.count, out.proto]).toEqual([1, 6]);
  return `${addressText(out.address)}:${out.port}`;
}

describe('the control connection of FTP', () => {
  it.each([
    ['PORT 192,168,0,1,4,5\r\n', '192.168.0.1:1029'],
    ['port  10,0,0,1,255,255\n', '10.0.0.1:65535'],
    ['EPRT |1|132.235.1.2|6275|\r\n', '132.235.1.2:6275'],
    ['eprt !1!132.235.1.2!6275!\r\n', '132.235.1.2:6275'],
    ['NOOP\r\nPORT 10,0,0,1,0,21\r\n', '10.0.0.1:21'],
    ['PORT 192,168,0,1,4,5', undefined],
    ['PORT 192,168,0,1,4,256\r\n', undefined],
    ['PORT 192,168,0,1,4\r\n', undefined],
    ['PORT 192,168,0,1,0,0\r\n', undefined],
    ['PORT 0,0,0,0,4,5\r\n', undefined],
    ['EPRT |2|1080::8:800:200C:417A|5282|\r\n', undefined],
    ['EPRT |1|132.235.1.2|62755275|\r\n', undefined],
    ['EPRT |1|132.235.1.2!6275|\r\n', undefined],
    ['EPRT |1|132.235.1.2|6275', undefined],
    ['EPRT 1', undefined],
    ['STOR PORT 1,2,3,4,5,6\r\n', undefined],
    ['227 Entering Passive Mode (90,130,70,73,100,85).\r\n', undefined],
    ['\n\n\n', undefined],
  ])('client: %j announces %s', (text, expected) => {
    expect(announced(text, 'client')).toBe(expected);
  });

  it.each([
    ['227 Entering Passive Mode (90,130,70,73,100,85).\r\n', '90.130.70.73:25685'],
    ['227 Entering Passive Mode. 90,130,70,73,100,85\r\n', '90.130.70.73:25685'],
    ['227-Entering\r\n227 =90,130,70,73,100,85\r\n', '90.130.70.73:25685'],
    ['150 Hello\r\n227 (90,130,70,73,100,85)', '90.130.70.73:25685'],
    ['229 Entering Extended Passive Mode (|||6446|)\r\n', `${addressText(SERVER)}:6446`],
    ['229 Entering Extended Passive Mode (|||6446', undefined],
    ['229 Entering Extended Passive Mode (|| |6446|)\r\n', undefined],
    ['229 Entering Extended Passive Mode (6446)\r\n', undefined],
    ['229 Entering\r\n(|||6446|)\r\n', undefined],
    ['227 Entering Passive Mode (90,130,70,73,100,8', undefined],
    ['227 Entering\r\n90,130,70,73,100,85\r\n', undefined],
    ['2275 90,130,70,73,100,85\r\n', undefined],
    ['PORT 192,168,0,1,4,5\r\n', undefined],
    ['', undefined],
  ])('server: %j announces %s', (text, expected) => {
    expect(announced(text, 'server')).toBe(expected);
  });

  it('is TCP', () => {
    expect(announced('PORT 192,168,0,1,4,5\r\n', 'client', 'udp')).toBeUndefined();
  });

  it('tells again what its own lines say', () => {
    const writer = new TextWriter();
    const bytes = new Uint8Array(80);
    const host = fc.integer({ min: 1, max: 0xffffffff });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(FTP_LINE)),
        host,
        fc.integer({ min: 1, max: 65535 }),
        (line: FtpLine, address, port) => {
          const lenBytes = writeFtpLine(writer, bytes, 3, line, address, port);
          const text = new TextDecoder().decode(bytes.subarray(3, 3 + lenBytes));
          expect(text).toMatch(/^(PORT|EPRT|227|229) [ -~]*\r\n$/);
          const isServers = line === FTP_LINE.passive || line === FTP_LINE.extendedPassive;
          const expected = line === FTP_LINE.extendedPassive ? SERVER : address;
          expect(announced(text, isServers ? 'server' : 'client')).toBe(`${addressText(expected)}:${port}`);
        },
      ),
    );
    expect(() => writeFtpLine(writer, bytes, 60, FTP_LINE.passive, 1, 1)).toThrow(
      'a text of 42 bytes at 60 does not fit into 80',
    );
  });

  it('is read without an error whatever the bytes, and never past the packet', () => {
    const piece = fc.constantFrom(
      'PORT ',
      '227 (',
      '229 (|||',
      'EPRT |1|',
      '1,',
      '255',
      '.',
      '|',
      '\r\n',
      ')',
      '-1',
      '::',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 14 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.boolean(), (line, fromServer) => {
        const { words, at, lenBytes } = textPacket('tcp', line);
        ftpControl(words, at, lenBytes, fromServer, out);
        // 9 follows the packet everywhere: a number read past its end would have one at its end.
        const before = [out.count, out.address, out.port];
        words.fill(0, at + ((lenBytes + 3) >> 2));
        ftpControl(words, at, lenBytes, fromServer, out);
        expect([out.count, out.address, out.port]).toEqual(before);
      }),
      { numRuns: 3000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), fc.boolean(), (bytes, fromServer, isPlausible) => {
        const { words, at, lenBytes } = packetOfBytes(bytes, isPlausible ? 6 : 17);
        ftpControl(words, at, lenBytes, fromServer, out);
        ftpControl(words, at, lenBytes + 50, fromServer, out);
      }),
      { numRuns: 3000 },
    );
  });
});
